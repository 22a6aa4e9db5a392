import { chooseServer } from '#cli/choose-server.ts';
import { errorDocument } from '#cli/errors.ts';
import type { ReadDatasetFragment } from '#cli/gql/graphql.ts';
import { watchInterruption } from '#cli/interruption.ts';
import { checkServer } from '#cli/remote/connection.ts';
import { waitUntilRead } from '#cli/remote/dataset.ts';
import { findFile, upload } from '#cli/remote/upload.ts';
import { uploadMemory } from '#cli/upload-memory.ts';
import { parseUploadOptions, type UploadOptions } from '#cli/upload-options.ts';
import { formatBytes, formatCount } from '#cli/view/figures.ts';
import { openProgressLine } from '#cli/view/progress-line.ts';
import { oneLine } from '#cli/view/text.ts';

type Uploaded = { dataset: ReadDatasetFragment; fileName: string; byteSize: number; resumedAt: number };

/** `aliquot upload`: progress on stderr, the dataset on stdout. */
export async function runUpload(args: string[]): Promise<number> {
  const options = parseUploadOptions(args);
  const { signal, release } = watchInterruption();
  try {
    await findFile(options.file);
    const server = await chooseServer(options.server, signal);
    try {
      const uploaded = await bringAndRead(options, server, signal);
      process.stdout.write(options.json ? jsonOf(uploaded, server.url) : textOf(uploaded));
      return 0;
    } finally {
      await server.close();
    }
  } catch (error) {
    // an aborted wait or request says so in its own words
    const reason = signal.aborted ? signal.reason : error;
    if (options.json) process.stdout.write(`${JSON.stringify({ error: errorDocument(reason) }, null, 2)}\n`);
    throw reason;
  } finally {
    release();
  }
}

async function bringAndRead(
  options: UploadOptions,
  { url, home }: { url: string; home: string },
  signal: AbortSignal,
): Promise<Uploaded> {
  const connection = { url, token: options.token, signal };
  await checkServer(connection);
  const { stateDirectory } = await import('#env.ts');
  const file = await findFile(options.file);
  const memory = await uploadMemory(`${stateDirectory()}/uploads`, home, file, options.name);
  const line = openProgressLine(process.stderr);
  try {
    const { datasetId, resumedAt } = await upload(connection, file, {
      ...{ tell: line.show, name: options.name, memory },
      onResume: (bytes) =>
        line.say(
          `Going on with ${oneLine(file.name)}: ${formatBytes(bytes)} of ${formatBytes(file.byteSize)} are there.`,
        ),
    });
    try {
      const dataset = await waitUntilRead(connection, datasetId, file.name, line.show);
      return { dataset, fileName: file.name, byteSize: file.byteSize, resumedAt };
    } finally {
      if (!signal.aborted) await memory.forget();
    }
  } catch (error) {
    if (signal.aborted) line.say('Call it again to go on where it stopped.');
    throw error;
  } finally {
    line.close();
  }
}

function textOf({ dataset, fileName, byteSize }: Uploaded): string {
  const { rows, columns } = countsOf(dataset);
  const size = `${formatCount(rows, 'row')}, ${formatCount(columns, 'column')}`;
  const warnings = dataset.warnings.map(({ message }) => `  ${oneLine(message)}\n`);
  return `${oneLine(fileName)}: ${formatBytes(byteSize)}, ${size}\n${dataset.id}\n${warnings.join('')}`;
}

function jsonOf({ dataset, fileName, byteSize, resumedAt }: Uploaded, server: string): string {
  const { id, sha256, warnings } = dataset;
  const document = {
    dataset: { id, fileName, byteSize, sha256, ...countsOf(dataset) },
    resumedAt,
    warnings,
    server,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const countsOf = ({ rowCount, columns }: ReadDatasetFragment) => ({
  rows: rowCount ?? 0,
  columns: columns?.length ?? 0,
});
