import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { RUNNER_PROTOCOL, type RunColumn } from '#contract/runner.ts';
import type { FitSpec, TransformSpec } from '#contract/transform.ts';
import { JobError } from '#errors.ts';
import { newId } from '#ids.ts';
import type { Sandbox, SandboxInput, SandboxLimits, SandboxResult } from '#ports/sandbox.ts';
import { broken, type Matrix, readMatrix } from './matrix.ts';

/** Where jobs of code that is not ours run, and on whose account. */
export interface CodeJobs {
  sandbox: Sandbox;
  owner: string;
  limits: SandboxLimits;
  /** Existing; what the jobs leave is below it until the caller removes it. */
  directory: string;
  signal: AbortSignal;
  /** Every job in an interpreter of its own, with other hashes of texts: what depends on them shows. */
  isFresh?: boolean;
}

/** What a job has learned from training rows. */
export interface Learned {
  train: Matrix;
  /** Path of a file that nothing but the same code in another job ever reads. */
  state: string;
}

const STATE = 'state.bin';
const TOLD_CHARACTERS = 2_000;

/**
 * Lets the code learn from training rows with their target.
 * @throws JobError CODE_FAILED, CODE_CONTRACT, SANDBOX_LIMIT or CANCELED
 */
export async function fitCode(
  jobs: CodeJobs,
  code: string,
  rows: { path: string; count: number; columns: RunColumn[]; target: string },
): Promise<Learned> {
  const { columns, target } = rows;
  const paths = { code: 'in/code.py', data: 'in/rows.parquet' };
  const fresh = jobs.isFresh ?? false;
  const spec: FitSpec = { kind: 'fit', protocol: RUNNER_PROTOCOL, ...paths, columns, target, fresh };
  return runCode(jobs, spec, code, [{ name: 'rows.parquet', path: rows.path }], async (result, left) => {
    const train = await readMatrix(left, result.files, rows.count);
    if (!result.files.some(({ name }) => name === STATE)) throw broken('The code has left no state.');
    const state = join(jobs.directory, `state-${newId()}.bin`);
    await rename(join(left, STATE), state);
    return { train, state };
  });
}

/**
 * Lets the code transform rows by what it has learned; it sees neither their target nor which rows they are. `train`
 * null: whoever takes the matrix compares its columns with those of the training.
 * @throws JobError CODE_FAILED, CODE_CONTRACT, SANDBOX_LIMIT or CANCELED
 */
export async function transformCode(
  jobs: CodeJobs,
  code: string,
  learned: { state: string; train: Matrix | null },
  rows: { path: string; columns: RunColumn[]; batches: number[] },
): Promise<Matrix> {
  const { columns, batches } = rows;
  const paths = { code: 'in/code.py', state: `in/${STATE}`, data: 'in/rows.parquet' };
  const fresh = jobs.isFresh ?? false;
  const spec: TransformSpec = {
    ...{ kind: 'transform', protocol: RUNNER_PROTOCOL, ...paths, columns, batches, fresh },
  };
  const inputs = [
    { name: 'rows.parquet', path: rows.path },
    { name: STATE, path: learned.state },
  ];
  const count = batches.reduce((sum, size) => sum + size, 0);
  return runCode(jobs, spec, code, inputs, async (result, left) => {
    const matrix = await readMatrix(left, result.files, count);
    const made = learned.train?.meta.columns;
    if (made && !isDeepStrictEqual(matrix.meta.columns, made))
      throw broken('The code makes other columns than in training.');
    return matrix;
  });
}

/** No handler for lines: whatever such a job says as an event is heard by nobody. */
async function runCode<T>(
  { sandbox, owner, limits, directory, signal }: CodeJobs,
  spec: FitSpec | TransformSpec,
  code: string,
  inputs: SandboxInput[],
  take: (result: SandboxResult, left: string) => Promise<T>,
): Promise<T> {
  const left = await mkdtemp(join(directory, `${spec.kind}-`));
  try {
    const files = [
      { name: 'spec.json', content: JSON.stringify(spec) },
      { name: 'code.py', content: code },
    ];
    const job = { id: newId(), owner, args: [spec.kind, 'in/spec.json'], limits, collectInto: left };
    const result = await sandbox.run({ ...job, inputs: [...files, ...inputs] }, { signal });
    checkEnd(result);
    return await take(result, left);
  } finally {
    await rm(left, { recursive: true, force: true });
  }
}

function checkEnd({ exitCode, signal, limit, canceled, output }: SandboxResult): void {
  if (canceled) throw new JobError('CANCELED', 'The job was stopped before it had a result.');
  if (limit)
    throw new JobError('SANDBOX_LIMIT', `The code was ended at its limit of ${limit.toLowerCase()}.`);
  if (exitCode === 0) return;
  const how = signal ? `was ended by ${signal}` : `ended with code ${exitCode}`;
  throw new JobError(
    'CODE_FAILED',
    `The code ${how}: ${output.trim().slice(-TOLD_CHARACTERS) || 'no output'}`,
  );
}
