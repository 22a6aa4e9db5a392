import { and, asc, eq, inArray, isNotNull } from 'drizzle-orm';
import type { ResumedRun, TrainSpec } from '#contract/runner.ts';
import type { Db } from '#db.ts';
import type { ExperimentRow } from '#domains/experiment/table.ts';
import { groupBy } from '#paging.ts';
import type { SandboxInput } from '#ports/sandbox.ts';
import type { Storage } from '#ports/storage.ts';
import { trialsOf } from './continuing.ts';
import { artifact, type ModelRunRow, modelRun, trial } from './table.ts';

/** What a job goes on with, beside the question itself. */
export type Resumption = {
  wishes: Pick<TrainSpec, 'algorithms' | 'maxTrials' | 'tuning' | 'searchSpace' | 'resume'>;
  /** Archives of the models. */
  inputs: SandboxInput[];
  release(): Promise<void>;
};

const archiveOf = (algorithm: string) => `${algorithm}.zip`;
const isBlend = (run: ModelRunRow) => run.bestTrial === null;

/** What earlier jobs have left of an experiment; where the job begins anew, its settings alone. */
export async function resumption(
  { db, storage }: { db: Db; storage: Storage },
  row: ExperimentRow,
): Promise<Resumption> {
  const { settings, continuation } = row;
  const { algorithms, maxTrials, tuning, searchSpace } = settings;
  if (!continuation) {
    return { wishes: { algorithms, maxTrials, tuning, searchSpace }, inputs: [], release: async () => {} };
  }
  const left = await runsWithModels(db, row);
  const models = await openModels(storage, left);
  const resume = await recordsOf(db, left);
  if (continuation.kind === 'EXTEND') {
    const most = maxTrials === null ? null : Math.max(1, maxTrials - (await trialsOf(db, row.id)));
    return { ...models, wishes: { algorithms, maxTrials: most, tuning, searchSpace, resume } };
  }
  const { algorithm, strategy, trials } = continuation;
  const blends = left.filter(isBlend).map((run) => run.algorithm);
  const wished = { ...searchSpace?.[algorithm], ...continuation.searchSpace };
  return {
    ...models,
    wishes: {
      algorithms: [algorithm, ...blends],
      maxTrials: trials,
      tuning: strategy,
      searchSpace: { [algorithm]: wished },
      resume,
    },
  };
}

type Left = ModelRunRow & { storageKey: string };

/** Of a tuned run alone, where there is no ensemble that would change with it. */
async function runsWithModels(db: Db, row: ExperimentRow): Promise<Left[]> {
  const found = await db
    .select({ run: modelRun, name: artifact.name, storageKey: artifact.storageKey })
    .from(modelRun)
    .innerJoin(artifact, eq(artifact.modelRunId, modelRun.id))
    .where(
      and(
        eq(modelRun.experimentId, row.id),
        eq(modelRun.status, 'SUCCEEDED'),
        eq(modelRun.partial, false),
        isNotNull(modelRun.score),
      ),
    )
    .orderBy(asc(modelRun.algorithm));
  const left = found
    .filter(({ run, name }) => name === archiveOf(run.algorithm))
    .map(({ run, storageKey }) => ({ ...run, storageKey }));
  const { continuation } = row;
  const alone = continuation?.kind === 'TUNE' && !left.some(isBlend);
  return alone ? left.filter(({ algorithm }) => algorithm === continuation.algorithm) : left;
}

async function openModels(storage: Storage, left: readonly Left[]) {
  const files: { path: string; release(): Promise<void> }[] = [];
  const release = async () => {
    for (const file of files) await file.release();
  };
  try {
    const inputs: SandboxInput[] = [];
    for (const run of left.filter((one) => !isBlend(one))) {
      const file = await storage.open(run.storageKey);
      files.push(file);
      inputs.push({ name: archiveOf(run.algorithm), path: file.path });
    }
    return { inputs, release };
  } catch (error) {
    await release();
    throw error;
  }
}

async function recordsOf(db: Db, left: readonly Left[]): Promise<ResumedRun[]> {
  const ids = left.map(({ id }) => id);
  const rows = await db.select().from(trial).where(inArray(trial.modelRunId, ids)).orderBy(asc(trial.number));
  const trials = groupBy(rows, (one) => one.modelRunId);
  return left.flatMap((run): ResumedRun[] => {
    const { algorithm, score, bestTrial } = run;
    if (score === null) return [];
    if (bestTrial === null) return [{ algorithm, score, best: 0, model: null, trials: [] }];
    const recorded = (trials.get(run.id) ?? []).flatMap(
      ({ number, parameters, score, foldScores, seconds }) =>
        score === null
          ? []
          : [
              {
                number,
                parameters: parameters as ResumedRun['trials'][number]['parameters'],
                score,
                foldScores,
                seconds,
              },
            ],
    );
    return [{ algorithm, score, best: bestTrial, model: `in/${archiveOf(algorithm)}`, trials: recorded }];
  });
}
