import type { RunColumn } from '#contract/runner.ts';
import { type CodeJobs, transformCode } from '#domains/preprocessing/custom-code/jobs.ts';
import { writeRows } from '#domains/preprocessing/custom-code/prepared.ts';
import type { SandboxInput } from '#ports/sandbox.ts';

const NAME = 'prepared';
const BATCH_ROWS = 50_000;

export interface RowPreparation {
  parquet: string;
  rowCount: number;
  /** Of the training, without the target. */
  columns: RunColumn[];
  /** Python that the model was trained with. */
  code: string;
  /** By fold, what the code has learned: the path of a file. */
  states: ReadonlyMap<number, string>;
}

/**
 * Sends new rows through the code of a model, once for each fold that it was trained on.
 * @throws JobError CODE_FAILED, CODE_CONTRACT, SANDBOX_LIMIT or CANCELED
 */
export async function prepareRows(
  jobs: CodeJobs,
  { parquet, rowCount, columns, code, states }: RowPreparation,
): Promise<{ prepared: string; inputs: SandboxInput[] }> {
  const rows = {
    path: parquet,
    // as in training, identifiers are kept from the code
    columns: columns.filter(({ type }) => type !== 'id'),
    batches: batchesOf(rowCount),
  };
  const inputs: SandboxInput[] = [];
  for (const [fold, state] of states) {
    const matrix = await transformCode(jobs, code, { state, train: null }, rows);
    inputs.push(...(await writeRows(jobs.directory, NAME, fold, matrix)));
  }
  return { prepared: `in/${NAME}`, inputs };
}

function batchesOf(count: number): number[] {
  const whole = Math.floor(count / BATCH_ROWS);
  const rest = count % BATCH_ROWS;
  return [...Array<number>(whole).fill(BATCH_ROWS), ...(rest > 0 ? [rest] : [])];
}
