import type { ReactNode } from 'react';
import type { DatasetDetailPartsFragment, StorageEncryption } from '../../gql/graphql.ts';
import { Card } from '../../ui/card.tsx';
import { bytes, count, dateTime } from '../../ui/format.ts';
import { DownloadLink } from './download-link.tsx';

const encryptions: Record<StorageEncryption, string> = {
  AES_256_GCM: 'AES-256-GCM, with a key of this server',
  SSE_S3: 'By the object store, with a key of its own',
  SSE_KMS: 'By the object store, with a key of a key service',
  NONE: 'Not encrypted',
};

/** What the file is, where it is kept and how it is protected. */
export function DatasetFacts({
  dataset,
  action,
}: {
  dataset: DatasetDetailPartsFragment;
  action: ReactNode;
}) {
  const { id, name, fileName, rowCount, columns, byteSize } = dataset;
  return (
    <Card title={name} description={fileName} action={action}>
      <dl className="grid grid-cols-3 gap-4">
        <Main name="Rows" value={rowCount === null ? '–' : count(rowCount)} />
        <Main name="Columns" value={columns ? count(columns.length) : '–'} />
        <Main name="Size" value={bytes(byteSize)} />
      </dl>
      <details className="group mt-4 border-t border-line pt-2">
        <summary className="flex min-h-11 cursor-pointer items-center text-footnote font-medium text-accent md:min-h-9">
          Storage and download
        </summary>
        <div className="grid gap-4 pt-2">
          <StorageFacts dataset={dataset} />
          <DownloadLink datasetId={id} fileName={fileName} />
        </div>
      </details>
    </Card>
  );
}

type Stored = Pick<
  DatasetDetailPartsFragment,
  'sha256' | 'storageKey' | 'encryption' | 'storedAt' | 'createdAt'
>;

export function StorageFacts({ dataset }: { dataset: Stored }) {
  const { sha256, storageKey, encryption, storedAt, createdAt } = dataset;
  return (
    <dl className="grid gap-3 sm:grid-cols-2">
      <Fact name="Stored" value={dateTime(storedAt ?? createdAt)} />
      <Fact name="Encryption at rest" value={encryption ? encryptions[encryption] : 'Not stored yet'} />
      <Fact name="Checksum (SHA-256)" value={sha256 ?? 'Not known yet'} isCode />
      <Fact name="Storage key, for debugging" value={storageKey ?? 'Not stored yet'} isCode />
    </dl>
  );
}

function Main({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt className="text-footnote text-label-2">{name}</dt>
      <dd className="text-title font-semibold">{value}</dd>
    </div>
  );
}

function Fact({ name, value, isCode = false }: { name: string; value: string; isCode?: boolean }) {
  return (
    <div className="min-w-0">
      <dt className="text-footnote text-label-2">{name}</dt>
      <dd className={isCode ? 'font-mono text-caption break-all' : 'text-footnote'}>{value}</dd>
    </div>
  );
}
