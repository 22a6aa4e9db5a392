import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { localSandbox } from '#adapters/sandbox/local.ts';
import {
  type CodeTable,
  type CutFold,
  cutFold,
  type FoldRows,
  transformFold,
} from '#domains/preprocessing/custom-code/fold.ts';
import { readEnv } from '#env.ts';
import type { Sandbox, SandboxLimits } from '#ports/sandbox.ts';
import { pythonEnvironment } from '#python-environment.ts';
import { runColumns } from '#runner.ts';
import { runTableTask } from '#tables/run.ts';

export const mebibyte = 1024 ** 2;
export const limits: SandboxLimits = {
  memoryBytes: 1024 * mebibyte,
  diskBytes: 64 * mebibyte,
  processes: 32,
  cpuSeconds: 60,
  wallSeconds: 60,
  outputBytes: 16 * 1024,
};

export const ROWS = 120;
const cities = ['Basel', 'Lyon', 'Graz', 'Turin'];
/** A text that no column but the target holds. */
export const LABELS = ['label-of-no', 'label-of-yes'];

/** Identifier, two numbers, a category, a target that follows them. */
export function tableText(): string {
  const lines = Array.from({ length: ROWS }, (_, row) => {
    const [one, two] = [(row * 7919) % 101, row % 9 === 4 ? '' : ((row * 31) % 53) / 4];
    return `key-${row * 17}-x,${one},${two},${cities[((row * 5) % 7) % 4]},${LABELS[(one + (row % 3)) % 2]}`;
  });
  return `key,one,two,city,sold\n${lines.join('\n')}\n`;
}

/** Two folds: every third row is validated in the first, the next ones in the second. */
export const folds: [FoldRows, FoldRows] = [0, 1].map((fold) => {
  const rows = Array.from({ length: ROWS }, (_, row) => row);
  return {
    train: Uint32Array.from(rows.filter((row) => row % 3 !== fold)),
    validation: Uint32Array.from(rows.filter((row) => row % 3 === fold)),
  };
}) as [FoldRows, FoldRows];

export type Workbench = Awaited<ReturnType<typeof openWorkbench>>;

/** The real sandbox with the real runner, and a table as ingestion leaves it. */
export async function openWorkbench() {
  const env = readEnv();
  const { interpreter } = await pythonEnvironment(env);
  if (interpreter === null) throw new Error('the Python environment is not set up');
  const directory = mkdtempSync(join(tmpdir(), 'aliquot-custom-code-'));
  chmodSync(directory, 0o711);
  const real = localSandbox({
    python: interpreter,
    runnerDirectory: fileURLToPath(new URL('../../runner', import.meta.url)),
    cacheDirectory: directory,
  });
  /** Everything that any job has said as an event. */
  const heard: string[] = [];
  const sandbox: Sandbox = {
    ...real,
    run: (job, handlers) =>
      real.run(job, {
        ...handlers,
        onLine(line) {
          heard.push(line);
          handlers.onLine?.(line);
        },
      }),
  };
  const source = join(directory, 'table.csv');
  const parquet = join(directory, 'table.parquet');
  writeFileSync(source, tableText());
  const { columns } = await runTableTask(
    'ingest',
    { source, fileName: 'table.csv', parquet },
    { temporaryDirectory: join(directory, 'tables') },
  );
  const target = columns.find(({ name }) => name === 'sold')?.physicalName ?? '';
  const table: CodeTable = {
    ...{ parquet, target, memoryBytes: 1024 * mebibyte },
    columns: runColumns(columns),
  };
  const work = join(directory, 'jobs');
  mkdirSync(work);
  const { signal } = new AbortController();
  const cuts: CutFold[] = [];
  for (const rows of folds) cuts.push(await cutFold(directory, table, rows, signal));

  return {
    ...{ directory, interpreter, sandbox, heard, table, work, cuts },
    /** One fold through the code. */
    fold(code: string, { fold = 0, ...more }: { fold?: number } & Partial<SandboxLimits> = {}) {
      const jobs = { sandbox, owner: 'test', directory: work, signal, limits: { ...limits, ...more } };
      return transformFold(jobs, code, cuts[fold] as CutFold);
    },
    async close() {
      await real.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A column of a matrix by its name. */
export function column(matrix: Awaited<ReturnType<Workbench['fold']>>['train'], name: string): number[] {
  const { meta, values } = matrix;
  const at = meta.columns.findIndex((each) => each.name === name);
  return Array.from({ length: meta.rows }, (_, row) => values[row * meta.columns.length + at] ?? Number.NaN);
}
