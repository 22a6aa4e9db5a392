import { and, asc, eq, gte, inArray, isNotNull } from 'drizzle-orm';
import type { ResumedRun, TrainSpec } from '#contract/runner.ts';
import type { Db } from '#db.ts';
import type { ExperimentSettings } from '#domains/experiment/settings.ts';
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

const ENSEMBLE = 'ensemble';
const archiveOf = (algorithm: string) => `${algorithm}.zip`;
const isBlend = (run: ModelRunRow) => run.bestTrial === null;

/**
 * What earlier jobs have left of an experiment, or the worker that was lost in the midst of this one; where the job
 * begins anew, its settings alone.
 */
export async function resumption(
  { db, storage }: { db: Db; storage: Storage },
  row: ExperimentRow,
): Promise<Resumption> {
  const { settings, continuation } = row;
  const { algorithms, maxTrials, tuning, searchSpace } = settings;
  const left = continuation || row.trainingStartedAt ? await runsWithModels(db, row) : [];
  if (!continuation && left.length === 0) {
    return { wishes: { algorithms, maxTrials, tuning, searchSpace }, inputs: [], release: async () => {} };
  }
  const resume = await recordsOf(db, left);
  const models = await openModels(storage, left);
  if (!continuation) return { ...models, wishes: { ...leftToTry(settings, left, resume), resume } };
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

/** What a lost worker had not come to. Trials that were under way begin anew. */
function leftToTry(
  { algorithms, maxTrials, tuning, searchSpace }: ExperimentSettings,
  left: readonly Left[],
  resume: readonly ResumedRun[],
): Resumption['wishes'] {
  const done = resume.reduce((sum, { trials }) => sum + trials.length, 0);
  const most = maxTrials === null ? null : maxTrials - done;
  if (most === null || most > 0) return { algorithms, maxTrials: most, tuning, searchSpace };
  // what there is may still be blended
  const isBlended = algorithms.length === 0 ? left.length > 1 : algorithms.includes(ENSEMBLE);
  const trained = left.map(({ algorithm }) => algorithm).filter((key) => key !== ENSEMBLE);
  const named = [...trained, ...(isBlended ? [ENSEMBLE] : [])];
  return { algorithms: named, maxTrials: 1, tuning: 'NONE', searchSpace };
}

type Left = ModelRunRow & { storageKey: string };

/** Of a tuned run alone, where there is no ensemble that would change with it. */
async function runsWithModels(db: Db, row: ExperimentRow): Promise<Left[]> {
  const since = row.continuation ? null : row.trainingStartedAt;
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
        // those of an earlier training are replaced by this one's
        since ? gte(modelRun.finishedAt, since) : undefined,
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
    const { algorithm, score, foldScores, bestTrial } = run;
    if (score === null) return [];
    const model = { algorithm, score, foldScores };
    if (bestTrial === null) return [{ ...model, best: 0, model: null, trials: [] }];
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
    return [{ ...model, best: bestTrial, model: `in/${archiveOf(algorithm)}`, trials: recorded }];
  });
}
