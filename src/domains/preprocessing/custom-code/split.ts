import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RUNNER_PROTOCOL, type SplitSpec } from '#contract/runner.ts';
import type { MessageOf } from '#contract/runner-messages.ts';
import { JobError } from '#errors.ts';
import { runRunner } from '#runner.ts';
import type { FoldRows } from './fold.ts';
import type { CodeJobs } from './jobs.ts';

/** The folds of a table, as its training draws them. */
export interface Split {
  count: number;
  sha256: string;
  /** File of a byte for each row of the table: its fold, or 255 where the target is missing. */
  path: string;
  /** Row numbers of each fold, in the order of the table. */
  folds: FoldRows[];
}

const LEFT_OUT = 255;

/**
 * Draws the folds before a training, which takes them as a file.
 * @throws JobError with the runner's own code, SANDBOX_LIMIT, RUNNER_PROTOCOL or CANCELED
 */
export async function splitTable(
  { sandbox, owner, limits, directory, signal }: CodeJobs,
  parquet: string,
  question: Pick<SplitSpec, 'target' | 'taskType' | 'folds'>,
): Promise<Split> {
  const collectInto = await mkdtemp(join(directory, 'split-'));
  const told: MessageOf<'split'>[] = [];
  await runRunner(sandbox, {
    ...{ owner, limits, collectInto, signal },
    spec: { kind: 'split', protocol: RUNNER_PROTOCOL, data: 'in/data.parquet', ...question },
    inputs: [{ name: 'data.parquet', path: parquet }],
    onMessage: (message) => {
      if (message.type === 'split') told.push(message);
    },
  });
  const path = join(collectInto, 'folds.u8');
  const [message] = told;
  const bytes = await readFile(path).catch(() => null);
  if (!message || bytes?.length !== message.rows + message.droppedRows)
    throw new JobError('RUNNER_PROTOCOL', 'The folds are not of the rows of the table.');
  return { count: message.folds, sha256: message.foldsSha256, path, folds: rowsOf(bytes, message.folds) };
}

function rowsOf(bytes: Uint8Array, count: number): FoldRows[] {
  const sizes = new Uint32Array(256);
  for (const fold of bytes) sizes[fold] = (sizes[fold] ?? 0) + 1;
  const kept = bytes.length - (sizes[LEFT_OUT] ?? 0);
  return Array.from({ length: count }, (_, fold) => {
    const validation = new Uint32Array(sizes[fold] ?? 0);
    const train = new Uint32Array(kept - validation.length);
    let held = 0;
    let learned = 0;
    bytes.forEach((own, row) => {
      if (own === fold) validation[held++] = row;
      else if (own !== LEFT_OUT) train[learned++] = row;
    });
    return { train, validation };
  });
}
