import { useClient } from 'urql';
import { RunDownloadDocument, type StorageEncryption } from '../../gql/graphql.ts';
import { Card } from '../../ui/card.tsx';
import { bytes, dateTime } from '../../ui/format.ts';
import { Empty } from '../../ui/states.tsx';
import { Download, type Link } from './download.tsx';
import type { Run } from './run-page.tsx';

const encryptionNames: Record<StorageEncryption, string> = {
  AES_256_GCM: 'encrypted by this server (AES-256-GCM)',
  NONE: 'not encrypted',
  SSE_KMS: 'encrypted by the store (key service)',
  SSE_S3: 'encrypted by the store',
};

/** The files of a model, with what proves that they are whole. */
export function RunFiles({ run }: { run: Run }) {
  const client = useClient();

  async function linkOf(name: string): Promise<Link> {
    const { data, error } = await client
      .query(RunDownloadDocument, { id: run.id }, { requestPolicy: 'network-only' })
      .toPromise();
    if (error) throw error;
    const files = data?.node?.__typename === 'ModelRun' ? data.node.artifacts : [];
    const file = files.find((each) => each.name === name);
    if (!file) throw new Error('This file is not there any more. Load the page again.');
    return file.download;
  }

  return (
    <Card title="Files" description="Verify what you have downloaded with its checksum: sha256sum FILE.">
      {run.artifacts.length === 0 ? (
        <Empty title="No files yet">They are there as soon as the model is.</Empty>
      ) : (
        <ul className="divide-y divide-line">
          {run.artifacts.map(({ name, byteSize, sha256, encryption, createdAt, storageKey }) => (
            <li key={name} className="grid gap-1.5 py-3 first:pt-0">
              <p className="font-medium break-words">{name}</p>
              <p className="text-footnote text-label-2">
                {[bytes(byteSize), dateTime(createdAt), encryption && encryptionNames[encryption]]
                  .filter(Boolean)
                  .join(' · ')}
              </p>
              <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 text-caption">
                <dt className="text-label-2">SHA-256</dt>
                <dd className="font-mono break-all text-label-2">{sha256}</dd>
                <dt className="text-label-2">Storage key</dt>
                <dd className="font-mono break-all text-label-2">{storageKey}</dd>
              </dl>
              <Download name={name} makeLink={() => linkOf(name)} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
