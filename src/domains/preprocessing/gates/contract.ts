import type { JobError } from '#errors.ts';
import { type FoldMatrices, transformFold } from '../custom-code/fold.ts';
import { type CodeJobs, fitCode, transformCode } from '../custom-code/jobs.ts';
import { differingColumn, type Matrix, takeBack } from '../custom-code/matrix.ts';
import type { Bench } from './bench.ts';
import { type Finding, failed, passed } from './subject.ts';
import { together } from './together.ts';

/** Values that the matrices of one fold may have: more than any table of this size needs, less than fills the memory. */
const MAX_CELLS = 40_000_000;

/** Different texts that a new column may always have; more of them only where there are twice as many rows. */
const MOST_TEXTS = 254;

/** What code has made of the sample. */
export interface Trial {
  first: FoldMatrices;
  seconds: number;
}

/**
 * Whether the code runs: it learns from a sample in one job, and another job applies what it has learned to other rows,
 * in an order and in batches that it cannot foresee.
 * @throws JobError CODE_FAILED, CODE_CONTRACT, SANDBOX_LIMIT
 */
export async function tryOut(bench: Bench, code: string, jobs: CodeJobs): Promise<Trial> {
  const began = performance.now();
  const { sample } = await bench.cuts();
  const first = await transformFold(jobs, code, sample[0]);
  return { first, seconds: (performance.now() - began) / 1_000 };
}

/** Whether the code keeps to what is agreed, for rows that the table does not have as well. */
export async function contractGate(
  bench: Bench,
  code: string,
  jobs: CodeJobs,
  { first }: Trial,
): Promise<Finding> {
  const figures = { columns: first.train.meta.columns.length, rows: first.train.meta.rows };
  const cells = figures.columns * bench.piece.rowCount;
  if (cells > MAX_CELLS)
    return failed(
      `The code makes ${figures.columns} columns, too many for ${bench.piece.rowCount} rows.`,
      figures,
    );
  const own = new Set(bench.subject.columns.map(({ name }) => name));
  const mostTexts = Math.max(MOST_TEXTS, figures.rows / 2);
  const apart = first.train.meta.columns.find(
    ({ name, categories }) => !own.has(name) && (categories?.length ?? 0) > mostTexts,
  );
  if (apart)
    return failed(
      `The new column “${apart.name}” has another text for most rows: turn it into numbers or drop it.`,
      figures,
    );
  if (!varies(first.train)) return failed('Every row becomes the same: nothing can be learned.', figures);
  const { sample } = await bench.cuts();
  const probes = await bench.probes();
  const [again] = await together(jobs.signal, (signal) => [
    fitCode({ ...jobs, signal, isFresh: true }, code, sample[1].train),
    transformCode({ ...jobs, signal }, code, first, probes),
  ]);
  const column = differingColumn(first.train, again.train);
  if (column !== null)
    return failed(
      `Learning twice from the same rows gives other values in the column “${column}”. ` +
        'Fix seeds, sort what comes from sets, and use no clocks, addresses, process ids or hash().',
      figures,
    );
  return passed(
    'Rows, order and columns stay; missing values, unseen texts and single rows become numbers or missing values; the same rows always become the same.',
    figures,
  );
}

/** Whether what was learned is all that is needed: a new interpreter applies it to the same rows in another order. */
export async function saveLoadGate(
  bench: Bench,
  code: string,
  jobs: CodeJobs,
  { first }: Trial,
): Promise<Finding> {
  const [, dealt] = (await bench.cuts()).sample;
  const matrix = await transformCode({ ...jobs, isFresh: true }, code, first, dealt.dealt);
  const validation = takeBack(dealt.slots, matrix, first.train, dealt.validationCount);
  const column = differingColumn(first.validation, validation);
  if (column !== null)
    return failed(
      `A process that was started anew makes other values of the same rows in the column “${column}”. ` +
        'transform may use nothing but its rows and the state, and not hash(), whose values change.',
    );
  return passed('What was learned in one process was applied by others, one of them started anew.');
}

function varies({ meta, values }: Matrix): boolean {
  const width = meta.columns.length;
  return values.some((value, at) => !Object.is(value, values[at % width]));
}

/** What code is told of a failure of its job, without anything that it might have taken from a cell. */
export function withoutValues(error: JobError, code: string, labels: readonly string[]): string {
  if (error.code === 'CODE_FAILED') return traced(error.message);
  const known = new Set(labels);
  return error.message.replace(/“([^”]*)”/g, (told, name: string) =>
    known.has(name) || code.includes(JSON.stringify(name)) ? told : 'that it makes',
  );
}

/** What our own package says of code that answers something else than was agreed. */
const OWN_WORDS = /(?:fit_)?transform must answer [^[\n]{1,200}/;

/** The kind of an error and the lines of the code that it came through. */
function traced(output: string): string {
  const [own] = OWN_WORDS.exec(output) ?? [];
  if (own) return `${own.replace(/; differing: $/, '')}.`;
  const lines = [...output.matchAll(/File "[^"]*code\.py", line (\d{1,6})/g)].map(([, line]) => line);
  const kinds = output.match(/(?<=^|^The code .{0,60}: )[A-Z_a-z][\w.]{0,80}(?=:|$)/gm) ?? [];
  const kind = kinds.at(-1) ?? 'An error';
  return lines.length > 0 ? `${kind} in line ${lines.join(', called from line ')} of the code.` : `${kind}.`;
}
