/**
 * What an analysis costs beside DuckDB's SUMMARIZE and ydata-profiling's minimal report of the same file:
 * `analysis.ts [megabytes,…] [wide]`. CPU seconds, since the machine may be shared; ratios are of one run.
 */
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readEnv } from '#env.ts';
import { pythonEnvironment } from '#python-environment.ts';
import { runTableTask } from '#tables/run.ts';
import { measured, type Usage } from './fixture/measured.ts';
import { mixedTableRows, writeMixedTable, writeWideTable } from './fixture/mixed-table.ts';
import { ydataPython } from './fixture/ydata.ts';

const sizes = (process.argv[2] ?? '5,50,500,2000')
  .split(',')
  .filter((size) => size !== 'wide')
  .map(Number);
const wantsWide = (process.argv[2] ?? 'wide').includes('wide') || process.argv[2] === undefined;
/** Leaves DuckDB a limit of 1 GiB. */
const memoryBytes = 1_719 * 1024 ** 2;
const ydataMegabytes = 50;

const env = readEnv();
const { interpreter } = await pythonEnvironment(env);
if (!interpreter) throw new Error('Run `node bin/setup.mjs` first.');
const directory = await mkdtemp(path.join(os.tmpdir(), 'aliquot-bench-'));
try {
  for (const size of sizes) await compare(size);
  if (wantsWide) await measureWide(3_000, 1_000);
} finally {
  await rm(directory, { recursive: true, force: true });
}

function print(what: string, { cpuSeconds, peakMegabytes }: Usage, base?: Usage): void {
  const ratio = base ? `, ${(cpuSeconds / base.cpuSeconds).toFixed(2)} x SUMMARIZE` : '';
  console.log(
    `  ${what.padEnd(34)} ${cpuSeconds.toFixed(2)} CPU s, peak ${peakMegabytes.toFixed(0)} MB${ratio}`,
  );
}

function script(name: string): string[] {
  const file = path.join(import.meta.dirname, 'fixture', `${name}.ts`);
  return [process.execPath, '--import', 'tsx', file];
}

async function compare(size: number): Promise<void> {
  const rows = mixedTableRows[size as keyof typeof mixedTableRows];
  if (rows === undefined) throw new Error(`Sizes are ${Object.keys(mixedTableRows).join(', ')}.`);
  const work = path.join(directory, String(size));
  await mkdir(work);
  const source = path.join(work, 'mixed.csv');
  await writeMixedTable(source, rows);
  const megabytes = ((await stat(source)).size / 1e6).toFixed(0);
  console.log(`${megabytes} MB, ${rows} rows, 34 columns; load ${os.loadavg()[0]?.toFixed(1)}`);
  const base = await measured(interpreter as string, [...script('summarize'), source]);
  print('SUMMARIZE of the CSV', base);
  const read = await measured(interpreter as string, [
    ...script('table-task'),
    'ingest',
    work,
    String(memoryBytes),
  ]);
  print('reading it into Parquet', read, base);
  const own = await measured(interpreter as string, [
    ...script('table-task'),
    'profile',
    work,
    String(memoryBytes),
  ]);
  print('analysis', own, base);
  const { first, all, childCpuSeconds } = JSON.parse(await readFile(path.join(work, 'times.json'), 'utf8'));
  console.log(`  of which the child ${childCpuSeconds.toFixed(2)} CPU s`);
  console.log(
    `  first column after ${first.seconds.toFixed(2)} s (${first.cpuSeconds.toFixed(2)} CPU s), all after ${all.seconds.toFixed(2)} s`,
  );
  console.log(`  canceled in the middle within ${(await cancelMilliseconds(work)).toFixed(0)} ms`);
  if (size === ydataMegabytes) await compareWithYdata(source, own, read, childCpuSeconds);
  await rm(work, { recursive: true, force: true });
}

async function compareWithYdata(source: string, own: Usage, read: Usage, child: number): Promise<void> {
  const python = await ydataPython(env.CACHE_DIR, interpreter as string);
  if (!python) return console.log('  ydata-profiling could not be installed: not compared');
  const program = path.join(directory, 'minimal.py');
  await writeFile(
    program,
    'import sys\nimport pandas as pd\nfrom ydata_profiling import ProfileReport\n' +
      'report = ProfileReport(pd.read_csv(sys.argv[1]), minimal=True, progress_bar=False)\nlen(report.to_json())\n',
  );
  const theirs = await measured(interpreter as string, [python, program, source]);
  const ratio = (usage: number) => (theirs.cpuSeconds / usage).toFixed(1);
  console.log(
    `  ydata-profiling minimal            ${theirs.cpuSeconds.toFixed(2)} CPU s, peak ${theirs.peakMegabytes.toFixed(0)} MB: ${ratio(child)} x the child, ${ratio(own.cpuSeconds)} x the analysis, ${ratio(own.cpuSeconds + read.cpuSeconds)} x reading and analysis`,
  );
}

/** From the wish to the end of the process. */
async function cancelMilliseconds(work: string): Promise<number> {
  const { columns } = JSON.parse(await readFile(path.join(work, 'table.json'), 'utf8'));
  const cancel = new AbortController();
  let since = 0;
  const stop = () => {
    if (since > 0) return;
    since = performance.now();
    cancel.abort();
  };
  await runTableTask(
    'profile',
    { parquet: path.join(work, 'table.parquet'), datasetSha256: '', columns, target: null },
    { temporaryDirectory: work, memoryBytes, signal: cancel.signal, onColumns: stop },
  ).catch(() => {});
  return performance.now() - since;
}

async function measureWide(columns: number, rows: number): Promise<void> {
  const work = path.join(directory, 'wide');
  await mkdir(work);
  await writeWideTable(work, columns, rows);
  console.log(`${columns} columns, ${rows} rows`);
  const task = [...script('table-task'), 'profile', work, String(memoryBytes)];
  print('analysis', await measured(interpreter as string, task));
}
