/** CPU and memory of an ingestion beside the engine's own `read_csv` into Parquet: `ingest.ts [megabytes,…]`. */
import { fork } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { runTableTask } from '#tables/run.ts';
import { mixedTableRows, writeMixedTable } from './fixture/mixed-table.ts';

const POLL_MILLISECONDS = 20;
const TICKS_A_SECOND = 100;
/** What a worker gives a table. */
const MEMORY_BYTES = 2 * 1024 ** 3;
const options = process.argv.slice(2);

interface Figure {
  seconds: number;
  cpuSeconds: number;
  peakMebibytes: number;
  /** Seconds until each stage began. */
  stages: Map<string, number>;
}

if (options[0] === 'bare') await readBare(options[1] ?? '', options[2] ?? '');
else await main((options[0] ?? '5,50,500').split(',').map(Number));

async function main(sizes: number[]): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'aliquot-bench-'));
  try {
    for (const megabytes of sizes) {
      const source = join(directory, 'mixed.csv');
      await writeMixedTable(
        source,
        mixedTableRows[megabytes as keyof typeof mixedTableRows] ?? megabytes * 2_900,
      );
      await compare(source, directory);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function compare(source: string, directory: string): Promise<void> {
  const { size } = await stat(source);
  console.log(`${(size / 1e6).toFixed(0)} MB of 34 columns (load ${loadavg()[0]?.toFixed(1)})`);
  const parquet = join(directory, 'table.parquet');
  const bare = await measured(
    () =>
      new Promise<void>((resolve, reject) => {
        const child = fork(fileURLToPath(import.meta.url), ['bare', source, parquet]);
        child.on('exit', (code) =>
          code === 0 ? resolve() : reject(new Error(`read_csv ended with ${code}`)),
        );
      }),
  );
  print('read_csv to Parquet', bare, bare);
  const work = join(directory, 'work');
  await mkdir(work, { recursive: true });
  const ours = await measured((began) =>
    runTableTask(
      'ingest',
      { source, fileName: 'mixed.csv', parquet },
      { temporaryDirectory: work, memoryBytes: MEMORY_BYTES, onProgress: ({ stage }) => began(stage) },
    ),
  );
  print('ingest', ours, bare);
  console.log(`  ${[...ours.stages].map(([stage, at]) => `${stage} from ${at.toFixed(1)} s`).join(', ')}`);
}

function print(what: string, { seconds, cpuSeconds, peakMebibytes }: Figure, base: Figure): void {
  console.log(
    `  ${what.padEnd(20)} ${cpuSeconds.toFixed(1)} CPU s (${(cpuSeconds / base.cpuSeconds).toFixed(1)} x), ${seconds.toFixed(1)} s, peak ${peakMebibytes.toFixed(0)} MiB`,
  );
}

/** Watches the processes that the work starts, where /proc tells of them. */
async function measured(work: (began: (stage: string) => void) => Promise<unknown>): Promise<Figure> {
  const start = performance.now();
  const since = () => (performance.now() - start) / 1_000;
  const stages = new Map<string, number>();
  let cpuSeconds = 0;
  let peakMebibytes = 0;
  const watch = setInterval(async () => {
    const now = await readChildren();
    cpuSeconds = Math.max(cpuSeconds, now.cpuSeconds);
    peakMebibytes = Math.max(peakMebibytes, now.peakMebibytes);
  }, POLL_MILLISECONDS);
  try {
    await work((stage) => stages.set(stage, stages.get(stage) ?? since()));
  } finally {
    clearInterval(watch);
  }
  return { seconds: since(), cpuSeconds, peakMebibytes, stages };
}

async function readChildren(): Promise<{ cpuSeconds: number; peakMebibytes: number }> {
  const children = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').catch(
    () => '',
  );
  let cpuSeconds = 0;
  let peakMebibytes = 0;
  for (const pid of children.split(' ').filter(Boolean)) {
    const times = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const fields = times.slice(times.lastIndexOf(')') + 2).split(' ');
    cpuSeconds += (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_A_SECOND;
    peakMebibytes += Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
  }
  return { cpuSeconds, peakMebibytes };
}

async function readBare(source: string, parquet: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '1GB' });
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT * FROM read_csv('${source}')) TO '${parquet}' (FORMAT parquet, COMPRESSION zstd)`,
  );
  connection.closeSync();
  instance.closeSync();
}
