import { useSyncExternalStore } from 'react';
import type { Client } from 'urql';
import { refusalOf } from '../../app/refusal.ts';
import {
  CompleteUploadDocument,
  RequestUploadDocument,
  ResumeUploadDocument,
  type TicketFragment,
  type UploadProtocol,
} from '../../gql/graphql.ts';
import { sendFile } from './send-file.ts';

const PROTOCOLS: UploadProtocol[] = ['S3_MULTIPART', 'TUS', 'PUT'];
/** Before the ticket's links expire, new ones are asked for. */
const TICKETS = 8;
const PAUSE_MILLISECONDS = 1_500;
/** How much of the newest speed goes into the one that is shown. */
const SMOOTHING = 0.2;

export type QueuedUpload = {
  key: string;
  fileName: string;
  byteSize: number;
  sentBytes: number;
  /** Bytes a second, smoothed; null until something has been sent. */
  speed: number | null;
  state: 'WAITING' | 'SENDING' | 'SENT' | 'FAILED';
  fault: { message: string; code?: string } | null;
  datasetId: string | null;
};

let uploads: QueuedUpload[] = [];
const files = new Map<string, { file: File; cancel: AbortController; datasetId: string | null }>();
const listeners = new Set<() => void>();
let isWorking = false;

function change(key: string, part: Partial<QueuedUpload>): void {
  uploads = uploads.map((upload) => (upload.key === key ? { ...upload, ...part } : upload));
  for (const listener of listeners) listener();
}

export const useUploads = (): QueuedUpload[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => uploads,
  );

/** Queues files; with `datasetId`, the one file goes on with an upload that was begun before, perhaps elsewhere. */
export function enqueue(client: Client, chosen: readonly File[], datasetId: string | null = null): void {
  for (const file of chosen) {
    const key = crypto.randomUUID();
    files.set(key, { file, cancel: new AbortController(), datasetId });
    const { name: fileName, size: byteSize } = file;
    uploads = [
      ...uploads,
      { key, fileName, byteSize, sentBytes: 0, speed: null, state: 'WAITING', fault: null, datasetId },
    ];
  }
  for (const listener of listeners) listener();
  void work(client);
}

export function retry(client: Client, key: string): void {
  const entry = files.get(key);
  if (entry) files.set(key, { ...entry, cancel: new AbortController() });
  change(key, { state: 'WAITING', fault: null });
  void work(client);
}

export function dismiss(key: string): void {
  files.get(key)?.cancel.abort();
  files.delete(key);
  uploads = uploads.filter((upload) => upload.key !== key);
  for (const listener of listeners) listener();
}

/** One after the other: the connection is the same for all. */
async function work(client: Client): Promise<void> {
  if (isWorking) return;
  isWorking = true;
  try {
    for (let next = waiting(); next; next = waiting()) await send(client, next.key);
  } finally {
    isWorking = false;
  }
}

const waiting = () => uploads.find(({ state }) => state === 'WAITING');

async function send(client: Client, key: string): Promise<void> {
  const entry = files.get(key);
  if (!entry) return;
  const { signal } = entry.cancel;
  change(key, { state: 'SENDING' });
  try {
    const datasetId = await sendWhole(client, key, entry);
    const { data, error } = await client
      .mutation(CompleteUploadDocument, { input: { datasetId } })
      .toPromise();
    const result = data?.completeUpload;
    if (result?.__typename !== 'CompleteUploadSuccess') throw refused(result, error);
    files.delete(key);
    change(key, { state: 'SENT', sentBytes: entry.file.size });
  } catch (error) {
    if (signal.aborted) return;
    const { message, code } = error as { message: string; code?: string };
    change(key, { state: 'FAILED', fault: { message, ...(code ? { code } : {}) } });
  }
}

/** Asks for new links when the old ones fail or expire; the server knows how far it was. */
async function sendWhole(
  client: Client,
  key: string,
  entry: { file: File; cancel: AbortController; datasetId: string | null },
): Promise<string> {
  const { file, cancel } = entry;
  const meter = speedometer(key);
  for (let attempt = 1; ; attempt++) {
    const { datasetId, ticket } = await askForTicket(client, key, file, entry.datasetId);
    entry.datasetId = datasetId;
    change(key, { datasetId });
    try {
      await sendFile(file, ticket, { signal: cancel.signal, onProgress: meter });
      return datasetId;
    } catch (error) {
      cancel.signal.throwIfAborted();
      if (attempt === TICKETS) throw error;
      await new Promise((resolve) => setTimeout(resolve, attempt * PAUSE_MILLISECONDS));
    }
  }
}

async function askForTicket(
  client: Client,
  key: string,
  file: File,
  datasetId: string | null,
): Promise<{ datasetId: string; ticket: TicketFragment }> {
  if (datasetId !== null) {
    const input = { datasetId, protocols: PROTOCOLS };
    const { data, error } = await client.mutation(ResumeUploadDocument, { input }).toPromise();
    const result = data?.resumeUpload;
    if (result?.__typename !== 'ResumeUploadSuccess') throw refused(result, error);
    return { datasetId, ticket: result.upload };
  }
  const input = { fileName: file.name, byteSize: file.size, protocols: PROTOCOLS, idempotencyKey: key };
  const { data, error } = await client.mutation(RequestUploadDocument, { input }).toPromise();
  const result = data?.requestUpload;
  if (result?.__typename !== 'RequestUploadSuccess') throw refused(result, error);
  return { datasetId: result.dataset.id, ticket: result.upload };
}

/** As an error, so that one place tells of whatever stopped an upload. */
const refused = (result: object | undefined, error: Error | undefined): Error =>
  Object.assign(new Error(), refusalOf(result, error));

function speedometer(key: string): (sentBytes: number) => void {
  let last: { at: number; bytes: number } | null = null;
  let speed: number | null = null;
  return (sentBytes) => {
    const at = performance.now();
    if (last && at - last.at < 250 && sentBytes > last.bytes) return;
    if (last && sentBytes > last.bytes) {
      const newest = ((sentBytes - last.bytes) / (at - last.at)) * 1_000;
      speed = speed === null ? newest : (1 - SMOOTHING) * speed + SMOOTHING * newest;
    }
    last = { at, bytes: sentBytes };
    change(key, { sentBytes, speed });
  };
}
