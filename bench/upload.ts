/** What an upload of 1 GiB costs the server in memory and time: `upload.ts [mebibytes]`. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { PassThrough, Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { withInstalled } from './fixture/installed.ts';

const MEBIBYTE = 1024 ** 2;
const mebibytes = Number(process.argv[2] ?? 1_024);
const TARGET_MEBIBYTES = 100;
const piece = Buffer.alloc(MEBIBYTE, '0123456789,abcdefgh,3.14159\n');

function* pieces() {
  for (let index = 0; index < mebibytes; index += 1) yield piece;
}
const body = () => Readable.from(pieces(), { objectMode: false, highWaterMark: MEBIBYTE });

async function residentMebibytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1_024;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return (performance.now() - since) / 1_000;
}

/** What the server has to do anyway. */
function hashing(): Transform {
  const hash = createHash('sha256');
  return new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}

/** To the disk itself, as the server writes; the better of two, because the file system is not warm at the first. */
async function bestToDisk(path: string, through: () => Transform): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 2; round += 1) {
    times.push(await timed(() => pipeline(body(), through(), createWriteStream(path, { flush: true }))));
    await rm(path);
  }
  return Math.min(...times);
}

function put(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-length': mebibytes * MEBIBYTE };
    const sending = request(url, { method: 'PUT', headers }, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 204) resolve();
        else reject(new Error(`the server answered ${response.statusCode}`));
      });
    });
    pipeline(body(), sending).catch(reject);
  });
}

await withInstalled(
  async ({ client, server, directory }) => {
    const path = join(directory, 'plain');
    const plain = await bestToDisk(path, () => new PassThrough());
    const hashed = await bestToDisk(path, hashing);
    const { dataset, upload } = await client.mutate<{ dataset: { id: string }; upload: { url: string } }>(
      'requestUpload',
      { fileName: 'large.csv', byteSize: mebibytes * MEBIBYTE },
      '{ dataset { id } upload { url } }',
    );
    const before = await residentMebibytes(server.pid);
    let peak = before;
    const watch = setInterval(async () => {
      peak = Math.max(peak, await residentMebibytes(server.pid));
    }, 20);
    const sent = await timed(() => put(upload.url));
    clearInterval(watch);
    await client.mutate('deleteDataset', { datasetId: dataset.id }, '{ __typename }');
    const rate = (seconds: number) => `${(mebibytes / seconds).toFixed(0)} MiB/s`;
    const more = peak - before;
    console.log(
      `server memory ${before.toFixed(0)} -> ${peak.toFixed(0)} MiB: +${more.toFixed(0)} MiB, ${(more / TARGET_MEBIBYTES).toFixed(2)} x target ${TARGET_MEBIBYTES} MiB`,
    );
    console.log(
      `${mebibytes} MiB by PUT: ${rate(sent)}; node pipeline to disk ${rate(plain)} (${(sent / plain).toFixed(2)} x its time), with sha256 ${rate(hashed)} (${(sent / hashed).toFixed(2)} x its time)`,
    );
  },
  { worker: false },
);
