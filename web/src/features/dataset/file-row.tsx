import { Menu } from '@base-ui/react/menu';
import { useState } from 'react';
import type { DatasetFileFragment, DatasetStatus } from '../../gql/graphql.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { ago, bytes, count, dateTime } from '../../ui/format.ts';
import { Progress } from '../../ui/progress.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { StorageFacts } from './dataset-facts.tsx';
import { DownloadLink } from './download-link.tsx';
import type { FileActions } from './file-list.tsx';
import { GoOn } from './go-on.tsx';
import { Rename } from './rename.tsx';
import { useIngestion } from './use-ingestion.ts';

const states: Record<DatasetStatus, { name: string; tone: Tone }> = {
  UPLOADING: { name: 'Not whole yet', tone: 'caution' },
  INGESTING: { name: 'Being read', tone: 'accent' },
  READY: { name: 'Ready', tone: 'good' },
  REJECTED: { name: 'Cannot be read', tone: 'bad' },
};

type Props = FileActions & { dataset: DatasetFileFragment };

export function FileRow({ dataset, deleted, onChoose, onDelete, onRestore }: Props) {
  const { id, name, status, rejection } = dataset;
  const [shown, setShown] = useState<'DETAILS' | 'RENAME' | null>(null);
  const progress = useIngestion(status === 'INGESTING' ? id : null);
  const restorableUntil = deleted.get(id);
  if (restorableUntil !== undefined) {
    return (
      <li className="flex flex-wrap items-center justify-between gap-3 py-3">
        <p role="status" className="min-w-0 text-footnote text-label-2">
          <span className="font-medium text-label">{name}</span> was deleted. It can be had back until{' '}
          {dateTime(restorableUntil)}.
        </p>
        <Button onClick={() => onRestore(id)}>Undo</Button>
      </li>
    );
  }
  return (
    <li className="grid grid-cols-1 gap-2 py-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-60">
          <p className="flex items-center gap-2">
            <span className="truncate font-medium">{name}</span>
            <Badge tone={states[status].tone}>{states[status].name}</Badge>
          </p>
          <p className="truncate text-footnote text-label-2">{factsOf(dataset)}</p>
        </div>
        <div className="flex gap-2">
          {status === 'READY' && (
            <Button onClick={() => onChoose(id)} aria-label={`Use ${name} in a new experiment`}>
              Use
            </Button>
          )}
          {status === 'UPLOADING' && <GoOn dataset={dataset} />}
          <Actions name={name} onShow={setShown} onDelete={() => onDelete(id)} />
        </div>
      </div>
      {progress && <Progress label={progress.message} fraction={progress.fraction} />}
      {status === 'REJECTED' && rejection && (
        <p className="text-footnote break-words text-bad">
          {rejection.message} <span className="font-mono text-caption text-label-2">{rejection.code}</span>
        </p>
      )}
      <Sheet
        title={name}
        description={dataset.fileName}
        isOpen={shown === 'DETAILS'}
        onClose={() => setShown(null)}
      >
        <div className="grid grid-cols-1 gap-6">
          <StorageFacts dataset={dataset} />
          {dataset.storageKey !== null && <DownloadLink datasetId={id} fileName={dataset.fileName} />}
        </div>
      </Sheet>
      <Rename dataset={dataset} isOpen={shown === 'RENAME'} onClose={() => setShown(null)} />
    </li>
  );
}

function factsOf({ fileName, rowCount, columns, byteSize, createdAt, sha256 }: DatasetFileFragment): string {
  const shape = rowCount === null ? [] : [`${count(rowCount)} rows`, `${columns?.length ?? 0} columns`];
  const checksum = sha256 === null ? [] : [`SHA-256 ${sha256.slice(0, 8)}…`];
  return [fileName, ...shape, bytes(byteSize), ago(createdAt), ...checksum].join(' · ');
}

function Actions(props: {
  name: string;
  onShow: (what: 'DETAILS' | 'RENAME') => void;
  onDelete: () => void;
}) {
  const { name, onShow, onDelete } = props;
  const item =
    'flex min-h-11 cursor-default items-center rounded-small px-3 text-body outline-none data-highlighted:bg-accent-soft md:min-h-9';
  return (
    <Menu.Root>
      <Menu.Trigger className={buttonClass('plain')} aria-label={`More for ${name}`}>
        More
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={4} align="end" className="z-30">
          <Menu.Popup className="min-w-48 rounded-card border border-line bg-raised p-1 shadow-sheet outline-none">
            <Menu.Item className={item} onClick={() => onShow('DETAILS')}>
              Details and download
            </Menu.Item>
            <Menu.Item className={item} onClick={() => onShow('RENAME')}>
              Rename
            </Menu.Item>
            <Menu.Separator className="my-1 h-px bg-line" />
            <Menu.Item className={`${item} text-bad`} onClick={onDelete}>
              Delete
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
