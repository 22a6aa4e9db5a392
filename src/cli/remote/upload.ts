import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CliError, ConnectionError } from '#cli/errors.ts';
import {
  CompleteUploadDocument,
  RequestUploadDocument,
  ResumeUploadDocument,
  type TicketFragment,
  type UploadProtocol,
  UploadStateDocument,
} from '#cli/gql/graphql.ts';
import { backOff, type Connection } from '#cli/remote/connection.ts';
import { pace, type TellProgress } from '#cli/remote/pace.ts';
import { request } from '#cli/remote/request.ts';
import { fileChanged, type LocalFile } from '#cli/remote/send-file.ts';
import { expectSuccess } from '#cli/remote/success.ts';
import { transfer } from '#cli/remote/transfer.ts';

/** Failures in a row without a byte more. */
const failureLimit = 8;
const protocols: UploadProtocol[] = ['S3_MULTIPART', 'TUS', 'PUT'];

/** Knows, from one call to the next, which dataset a file was on its way to. */
export interface UploadMemory {
  recall(): Promise<string | null>;
  remember(datasetId: string): Promise<void>;
  forget(): Promise<void>;
}

const forgetful: UploadMemory = {
  recall: async () => null,
  remember: async () => {},
  forget: async () => {},
};

/** @throws CliError when it cannot be sent. */
export async function findFile(path: string): Promise<LocalFile> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new CliError('FILE_NOT_FOUND', `There is no file ${path}.`);
    throw new CliError('FILE_NOT_READABLE', `${path} cannot be read (${error.code}).`);
  });
  if (!found.isFile()) throw new CliError('FILE_NOT_READABLE', `${path} is not a file.`);
  return { path, name: basename(path), byteSize: found.size, modifiedAt: found.mtimeMs };
}

/**
 * Brings a file whole to the server, through lost connections and server restarts, and with a memory through ends of
 * this process. Gives the dataset, which is then being read.
 */
export async function upload(
  connection: Connection,
  file: LocalFile,
  options: {
    tell: TellProgress;
    name?: string | null;
    memory?: UploadMemory;
    onResume?: (bytes: number) => void;
  },
): Promise<{ datasetId: string; resumedAt: number }> {
  const memory = options.memory ?? forgetful;
  const begun = await begin(connection, file, options.name ?? null, memory);
  if (begun.ticket === null) return { datasetId: begun.datasetId, resumedAt: file.byteSize };
  const hashing = sha256Of(file.path, connection.signal);
  hashing.catch(() => undefined);
  const onStart = (bytes: number) => {
    if (bytes > 0) options.onResume?.(bytes);
  };
  const { datasetId, ticket } = begun;
  const resumedAt = await bring(connection, file, { datasetId, ticket, onStart }, options.tell);
  const sha256 = await hashing;
  const { byteSize, modifiedAt } = await findFile(file.path);
  if (byteSize !== file.byteSize || modifiedAt !== file.modifiedAt) {
    await memory.forget();
    throw fileChanged(file.path);
  }
  const input = { datasetId, sha256 };
  expectSuccess(
    (await request(connection, CompleteUploadDocument, { input })).completeUpload,
    'CompleteUploadSuccess',
  );
  return { datasetId, resumedAt };
}

/** A new upload, or the one that is remembered; without a ticket when all of it has been taken already. */
async function begin(
  connection: Connection,
  file: LocalFile,
  name: string | null,
  memory: UploadMemory,
): Promise<{ datasetId: string; ticket: TicketFragment | null }> {
  const known = await memory.recall();
  if (known !== null) {
    const { node } = await request(connection, UploadStateDocument, { id: known });
    const status = node?.__typename === 'Dataset' ? node.status : null;
    if (status === 'UPLOADING') return { datasetId: known, ticket: await freshTicket(connection, known) };
    if (status === 'INGESTING' || status === 'READY') return { datasetId: known, ticket: null };
  }
  const input = {
    fileName: file.name,
    byteSize: file.byteSize,
    name,
    protocols,
    idempotencyKey: randomUUID(),
  };
  const answer = await request(connection, RequestUploadDocument, { input });
  const { dataset, upload: ticket } = expectSuccess(answer.requestUpload, 'RequestUploadSuccess');
  await memory.remember(dataset.id);
  return { datasetId: dataset.id, ticket };
}

async function freshTicket(connection: Connection, datasetId: string): Promise<TicketFragment> {
  const answer = await request(connection, ResumeUploadDocument, { input: { datasetId, protocols } });
  return expectSuccess(answer.resumeUpload, 'ResumeUploadSuccess').upload;
}

/** Sends until all bytes are there, under a fresh ticket after each failure. Gives how many were there at first. */
async function bring(
  connection: Connection,
  file: LocalFile,
  begun: { datasetId: string; ticket: TicketFragment; onStart: (bytes: number) => void },
  tell: TellProgress,
): Promise<number> {
  const { signal } = connection;
  const onBytes = pace(`uploading ${file.name}`, file.byteSize, tell);
  let resumedAt: number | null = null;
  let { ticket } = begun;
  let arrived = 0;
  for (let failures = 0; ; ) {
    let first: number | null = null;
    const onProgress = (bytes: number) => {
      first ??= bytes;
      if (resumedAt === null) begun.onStart(bytes);
      resumedAt ??= bytes;
      onBytes(bytes);
    };
    try {
      await transfer(file, ticket, { signal, onProgress });
      return resumedAt ?? 0;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ConnectionError)) throw error;
      // what came since the last failure was worth the attempt
      failures = (first ?? 0) > arrived ? 1 : failures + 1;
      arrived = Math.max(arrived, first ?? 0);
      if (failures > failureLimit) throw error;
      await backOff(failures, signal);
    }
    ticket = await freshTicket(connection, begun.datasetId);
  }
}

async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 ** 2 }), hash, { signal });
  return hash.digest('hex');
}
