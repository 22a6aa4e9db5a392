import { useState } from 'react';
import { useClient } from 'urql';
import { useEvents } from '../../app/events.ts';
import { DatasetEventsDocument, type DatasetRowFragment } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { bytes, count, duration } from '../../ui/format.ts';
import { Progress } from '../../ui/progress.tsx';
import { Fault } from '../../ui/states.tsx';
import { dismiss, type QueuedUpload, retry, useUploads } from './upload-queue.ts';

/** The files of this visit on their way to the server, and what became of them. */
export function UploadList({ onChoose }: { onChoose: (datasetId: string) => Promise<void> }) {
  const uploads = useUploads();
  if (uploads.length === 0) return null;
  return (
    <Card title="Uploads">
      <ul className="grid gap-4">
        {uploads.map((upload) => (
          <li key={upload.key}>
            <Upload upload={upload} onChoose={onChoose} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Upload({
  upload,
  onChoose,
}: {
  upload: QueuedUpload;
  onChoose: (datasetId: string) => Promise<void>;
}) {
  const client = useClient();
  const { key, fileName, byteSize, sentBytes, state, fault, datasetId } = upload;
  if (state === 'FAILED') {
    return (
      <div className="grid gap-2">
        <Fault
          title={`${fileName} did not arrive`}
          message={fault?.message}
          code={fault?.code}
          onRetry={() => retry(client, key)}
        />
        <Button kind="plain" onClick={() => dismiss(key)}>
          Leave it
        </Button>
      </div>
    );
  }
  if (state === 'SENT' && datasetId)
    return <Reading upload={upload} datasetId={datasetId} onChoose={onChoose} />;
  return (
    <div className="flex items-center gap-3">
      <Progress
        className="min-w-0 flex-1"
        label={fileName}
        fraction={byteSize === 0 ? null : sentBytes / byteSize}
        detail={state === 'WAITING' ? 'waiting' : detailOf(upload)}
      />
      <Button kind="plain" onClick={() => dismiss(key)} aria-label={`Stop sending ${fileName}`}>
        Stop
      </Button>
    </div>
  );
}

function detailOf({ byteSize, sentBytes, speed }: QueuedUpload): string {
  const parts = [`${bytes(sentBytes)} of ${bytes(byteSize)}`];
  if (speed) parts.push(`${bytes(speed)}/s`, `${duration((byteSize - sentBytes) / speed)} left`);
  return parts.join(' · ');
}

/** Arrived: the server is reading it, has read it, or says why it cannot. */
function Reading(props: {
  upload: QueuedUpload;
  datasetId: string;
  onChoose: (datasetId: string) => Promise<void>;
}) {
  const { upload, datasetId, onChoose } = props;
  const [dataset, setDataset] = useState<DatasetRowFragment | null>(null);
  const [progress, setProgress] = useState<{ fraction: number; message: string } | null>(null);
  useEvents({
    document: DatasetEventsDocument,
    id: datasetId,
    eventOf: ({ datasetEvents }) => datasetEvents,
    onEvent: (event) => {
      setDataset(event.dataset);
      setProgress(event.__typename === 'IngestionProgressed' ? event.progress : null);
    },
  });
  if (dataset?.status === 'REJECTED') {
    return (
      <Fault
        title={`${upload.fileName} cannot be read`}
        message={dataset.rejection?.message}
        code={dataset.rejection?.code}
        onRetry={() => dismiss(upload.key)}
      />
    );
  }
  if (dataset?.status === 'READY') {
    return (
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-0">
          <span className="font-medium">{dataset.name}</span>{' '}
          <span className="text-footnote text-label-2">
            {count(dataset.rowCount ?? 0)} rows · {dataset.columns?.length ?? 0} columns ·{' '}
            {bytes(dataset.byteSize)}
          </span>
        </p>
        <Button kind="primary" onClick={() => onChoose(datasetId)}>
          Use this table
        </Button>
      </div>
    );
  }
  return (
    <Progress
      label={`Reading ${upload.fileName}`}
      fraction={progress?.fraction ?? null}
      detail={progress?.message ?? null}
    />
  );
}
