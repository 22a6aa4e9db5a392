/** Bytes into and out of each storage against `cp` and the bare SDK, many uploads at once, links: `storage.ts [mebibytes]`. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { storageFromUrl } from '#adapters/storage/from-url.ts';
import { signedLinks } from '#links.ts';
import type { Storage } from '#ports/storage.ts';
import { fetchObjectStore, startObjectStore } from '../test/object-store.ts';

const MEBIBYTE = 1024 ** 2;
const mebibytes = Number(process.argv[2] ?? 1_024);
const byteSize = mebibytes * MEBIBYTE;
const MANY = 200;
const SMALL_BYTES = 5 * MEBIBYTE;
const TARGET_MEBIBYTES = 100;
const PART_BYTES = 8 * MEBIBYTE;
const LINK_MILLISECONDS = 900_000;

const nowhere = () => new Writable({ highWaterMark: MEBIBYTE, write: (_chunk, _encoding, done) => done() });

/** Seconds that the work takes and how far the memory of this process grows meanwhile. */
async function measured(work: () => Promise<unknown>): Promise<{ seconds: number; growth: number }> {
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 10);
  const since = performance.now();
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return { seconds: (performance.now() - since) / 1_000, growth: (peak - before) / MEBIBYTE };
}

async function run(program: string, ...args: string[]): Promise<void> {
  const [code] = await once(spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] }), 'exit');
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
}

function print(
  name: string,
  { seconds, growth }: { seconds: number; growth: number },
  reference?: number,
): void {
  const rate = `${(mebibytes / seconds).toFixed(0)} MiB/s`.padStart(11);
  const ratio = reference === undefined ? '' : `, ${(seconds / reference).toFixed(2)} x the reference`;
  const memory = `memory +${growth.toFixed(0)} MiB (${(growth / TARGET_MEBIBYTES).toFixed(2)} x target)`;
  console.log(`${name.padEnd(38)} ${rate}, ${memory}${ratio}`);
}

async function bareUpload(client: S3Client, Bucket: string, Key: string, path: string): Promise<void> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const file = await open(path);
  const Parts: { ETag: string | undefined; PartNumber: number }[] = [];
  const waiting = Array.from({ length: Math.ceil(byteSize / PART_BYTES) }, (_, index) => index);
  const send = async () => {
    for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
      const Body = Buffer.alloc(Math.min(PART_BYTES, byteSize - index * PART_BYTES));
      await file.read(Body, 0, Body.length, index * PART_BYTES);
      const PartNumber = index + 1;
      const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
      Parts.push({ ETag, PartNumber });
    }
  };
  await Promise.all([send(), send(), send()]);
  await file.close();
  Parts.sort((one, other) => one.PartNumber - other.PartNumber);
  await client.send(
    new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
  );
}

async function bareDownload(client: S3Client, Bucket: string, Key: string): Promise<void> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  await pipeline(Body as Readable, nowhere());
}

async function directUpload(storage: Storage, key: string, path: string): Promise<void> {
  if (!storage.direct) return;
  const uploadId = await storage.resumable.begin(key, byteSize);
  const parts = await storage.direct.parts(key, uploadId, new Date(Date.now() + LINK_MILLISECONDS));
  const send = async () => {
    for (let part = parts.shift(); part; part = parts.shift()) {
      const body = createReadStream(path, { start: part.offset, end: part.offset + part.byteSize - 1 });
      const response = await fetch(part.url, {
        ...{ method: 'PUT', body: Readable.toWeb(body) as ReadableStream, duplex: 'half' },
        headers: { 'content-length': String(part.byteSize) },
      } as RequestInit);
      if (!response.ok) throw new Error(`part ${part.number}: ${response.status}`);
    }
  };
  await Promise.all([send(), send(), send(), send()]);
  await storage.resumable.finish(key, uploadId);
}

async function measureStore(
  name: string,
  storage: Storage,
  path: string,
  reference: { up: number; down: number },
) {
  const unlimited = { maxBytes: Number.MAX_SAFE_INTEGER };
  print(
    `${name}: put`,
    await measured(() => storage.put('a/b', createReadStream(path), unlimited)),
    reference.up,
  );
  const resume = async () => {
    const uploadId = await storage.resumable.begin('a/c', byteSize);
    await storage.resumable.append('a/c', uploadId, 0, createReadStream(path));
    await storage.resumable.finish('a/c', uploadId);
  };
  print(`${name}: resumable, in one go`, await measured(resume), reference.up);
  if (storage.direct) {
    print(`${name}: direct parts`, await measured(() => directUpload(storage, 'a/d', path)), reference.up);
    const expiresAt = new Date(Date.now() + LINK_MILLISECONDS);
    const url = await storage.direct.get('a/b', { fileName: 'a.csv', mediaType: 'text/csv', expiresAt });
    const fetchAll = async () => pipeline(Readable.fromWeb((await fetch(url)).body as never), nowhere());
    print(`${name}: presigned GET`, await measured(fetchAll), reference.down);
  }
  print(
    `${name}: get`,
    await measured(async () => pipeline(await storage.get('a/b'), nowhere())),
    reference.down,
  );
  const openAndRelease = async () => (await storage.open('a/b')).release();
  print(`${name}: open`, await measured(openAndRelease), reference.down);
  for (const key of ['a/b', 'a/c', 'a/d']) await storage.remove(key);
  const bytes = randomBytes(SMALL_BYTES);
  const many = await measured(() =>
    Promise.all(
      Array.from({ length: MANY }, (_, index) =>
        storage.put(`many/${index}`, Readable.from(pieces(bytes)), unlimited),
      ),
    ),
  );
  console.log(
    `${`${name}: ${MANY} x 5 MiB at once`.padEnd(38)} ${((MANY * 5) / many.seconds).toFixed(0).padStart(5)} MiB/s, memory +${many.growth.toFixed(0)} MiB`,
  );
  for (let index = 0; index < MANY; index++) await storage.remove(`many/${index}`);
}

function* pieces(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

async function linksPerSecond(name: string, make: () => unknown): Promise<void> {
  const until = performance.now() + 1_000;
  let made = 0;
  while (performance.now() < until) {
    await make();
    made++;
  }
  console.log(`${name.padEnd(38)} ${made} links/s`);
}

const directory = await mkdtemp(join(tmpdir(), 'aliquot-bench-'));
const path = join(directory, 'source');
const block = randomBytes(MEBIBYTE);
await pipeline(
  Readable.from(
    (function* () {
      for (let count = 0; count < mebibytes; count++) yield block;
    })(),
  ),
  createWriteStream(path, { flush: true }),
);
try {
  const copy = join(directory, 'copy');
  const copied = await measured(async () => {
    await run('cp', path, copy);
    await run('sync', copy);
  });
  const read = await measured(() => run('cat', copy));
  await rm(copy);
  print('cp and sync', copied);
  print('cat', read);
  const reference = { up: copied.seconds, down: read.seconds };
  const options = { workDirectory: directory };
  const files = await storageFromUrl(`file:${join(directory, 'plain')}`, options);
  await measureStore('file', files, path, reference);
  const encryptionKeys = [randomBytes(32)];
  const encrypted = await storageFromUrl(`file:${join(directory, 'encrypted')}`, {
    ...options,
    encryptionKeys,
  });
  await measureStore('file, AES-256-GCM', encrypted, path, reference);
  const fetched = await fetchObjectStore();
  if ('reason' in fetched) {
    console.log(`S3: not run: ${fetched.reason}`);
  } else {
    const store = await startObjectStore(fetched.program);
    try {
      const { client, bucket } = store;
      const up = await measured(() => bareUpload(client, bucket, 'bare', path));
      const down = await measured(() => bareDownload(client, bucket, 'bare'));
      print('bare SDK: parts of 8 MiB, 3 at once', up);
      print('bare SDK: get', down);
      const bucketed = await storageFromUrl(store.url('bench'), options);
      await measureStore('S3', bucketed, path, { up: up.seconds, down: down.seconds });
      const expiresAt = new Date(Date.now() + LINK_MILLISECONDS);
      const download = { fileName: 'a.csv', mediaType: 'text/csv', expiresAt };
      await linksPerSecond('S3: presigned GET', () => bucketed.direct?.get('a/b', download));
    } finally {
      await store.stop();
    }
  }
  const links = signedLinks({ secret: 'bench', baseUrl: () => 'http://127.0.0.1' });
  const expiresAt = new Date(Date.now() + LINK_MILLISECONDS);
  await linksPerSecond('links of the server', () => links.sign('/a', { method: 'GET', key: 'a', expiresAt }));
} finally {
  await rm(directory, { recursive: true, force: true });
}
