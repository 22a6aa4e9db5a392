import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { runTableTask } from '#tables/run.ts';

/** `tsx bench/tables.ts [megabytes] [repeats]`: wall time and memory of ingest and profile beside the engine's bare count. */

const megabytes = Number(process.argv[2] ?? 50);
const repeats = Number(process.argv[3] ?? 3);
const directory = await mkdtemp(path.join(os.tmpdir(), 'aliquot-bench-'));

try {
  const source = path.join(directory, 'mixed.csv');
  await writeMixedCsv(source, megabytes * 1e6);
  const byteSize = (await stat(source)).size;
  console.log(
    `${(byteSize / 1e6).toFixed(1)} MB, 20 columns, best of ${repeats}, load ${os.loadavg()[0]?.toFixed(1)}, ${os.cpus().length} cores`,
  );
  const parquet = path.join(directory, 'mixed.parquet');
  const bare = await best(() => countBare(source));
  const options = { temporaryDirectory: path.join(directory, 'work'), memoryBytes: 1024 ** 3 };
  let columns: Awaited<ReturnType<typeof ingest>>['columns'] = [];
  const ingest = () => runTableTask('ingest', { source, fileName: 'mixed.csv', parquet }, options);
  const read = await best(async () => {
    ({ columns } = await ingest());
  });
  const target = columns.find(({ name }) => name === 'churn')?.physicalName ?? null;
  const measured = await best(() =>
    runTableTask('profile', { parquet, datasetSha256: '', columns, target }, options),
  );
  print('read_csv count(*), two threads', bare, bare);
  print('ingest', read, bare);
  print('profile', measured, bare);
  console.log(`Parquet ${((await stat(parquet)).size / 1e6).toFixed(1)} MB`);
} finally {
  await rm(directory, { recursive: true, force: true });
}

interface Figure {
  seconds: number;
  peakMegabytes: number;
}

function print(what: string, { seconds, peakMegabytes }: Figure, base: Figure): void {
  const peak = peakMegabytes > 0 ? `, peak ${peakMegabytes.toFixed(0)} MB` : '';
  console.log(`${what}: ${seconds.toFixed(2)} s (${(seconds / base.seconds).toFixed(1)} x bare)${peak}`);
}

async function best(work: () => Promise<unknown>): Promise<Figure> {
  let fastest = Number.POSITIVE_INFINITY;
  let peak = 0;
  for (let round = 0; round < repeats; round += 1) {
    const watch = setInterval(async () => {
      peak = Math.max(peak, await childMemory());
    }, 50);
    const start = performance.now();
    await work();
    fastest = Math.min(fastest, (performance.now() - start) / 1_000);
    clearInterval(watch);
  }
  return { seconds: fastest, peakMegabytes: peak };
}

/** Resident memory of this process's children, where /proc tells it. */
async function childMemory(): Promise<number> {
  try {
    const children = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
    const sizes = await Promise.all(
      children
        .trim()
        .split(' ')
        .filter(Boolean)
        .map(async (pid) => {
          const status = await readFile(`/proc/${pid}/status`, 'utf8');
          return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
        }),
    );
    return Math.max(0, ...sizes);
  } catch {
    return 0;
  }
}

async function countBare(file: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  await connection.run(
    `SELECT count(*) FROM read_csv('${file}', header=true, delim=',', quote='"', all_varchar=true)`,
  );
  connection.closeSync();
  instance.closeSync();
}

async function writeMixedCsv(file: string, bytes: number): Promise<void> {
  const output = createWriteStream(file);
  const header = [
    'record_id',
    'age',
    'income',
    'score',
    'city',
    'zip',
    'plan',
    'signup',
    'event_at',
    'active',
    'price',
    'notes',
    'email',
    'constant',
    'visits',
    'ratio',
    'country',
    'segment',
    'lag',
    'churn',
  ];
  output.write(`${header.join(',')}\n`);
  let written = 0;
  let state = 42;
  const random = () => {
    // Lehmer: the same file at every run.
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const pick = (values: string[]) => values[Math.floor(random() * values.length)] ?? '';
  const words = [
    'late',
    'paid',
    'called, twice',
    'asked "why"',
    'moved',
    'happy',
    'waiting',
    'returned',
    'long',
    'short',
  ];
  for (let row = 1; written < bytes; row += 1) {
    const note = Array.from({ length: 3 + Math.floor(random() * 9) }, () => pick(words)).join(' ');
    const line = [
      row,
      random() < 0.05 ? 'NA' : 18 + Math.floor(random() * 70),
      (random() ** 3 * 1e5).toFixed(2),
      random().toFixed(6),
      `City ${Math.floor(random() ** 2 * 800)}`,
      String(Math.floor(random() * 99_999)).padStart(5, '0'),
      pick(['free', 'basic', 'pro']),
      `2024-0${1 + Math.floor(random() * 9)}-1${Math.floor(random() * 9)}`,
      `2024-03-0${1 + Math.floor(random() * 9)} 1${Math.floor(random() * 9)}:30:00`,
      pick(['yes', 'no']),
      `$${(random() * 900).toFixed(2)}`,
      `"${note.replaceAll('"', '""')}"`,
      `user${row}@example.org`,
      'x',
      Math.floor(random() * 30),
      random() < 0.2 ? '' : (random() * 3 - 1).toFixed(4),
      pick(['DE', 'FR', 'US', 'IN']),
      pick(['a', 'b', 'c', 'd', 'e']),
      Math.floor(random() * 1_000) - 500,
      pick(['0', '1']),
    ].join(',');
    written += line.length + 1;
    if (!output.write(`${line}\n`)) await once(output, 'drain');
  }
  output.end();
  await once(output, 'finish');
}
