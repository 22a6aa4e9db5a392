import { and, eq, inArray } from 'drizzle-orm';
import { checkAlgorithms } from '#catalog.ts';
import type { CodeGenerator, PreprocessingStrategy, TaskType, TuningStrategy } from '#contract/vocabulary.ts';
import type { Db, Tx } from '#db.ts';
import { authorise, signedIn, type Viewer } from '#domains/account/authorise.ts';
import { once } from '#domains/account/idempotency.ts';
import { type AnalysisService, checkTarget } from '#domains/analysis/service.ts';
import type { DatasetService } from '#domains/dataset/service.ts';
import { experimentEvent } from '#domains/experiment/events.ts';
import { type ExperimentService, experimentRunning, isRunning } from '#domains/experiment/service.ts';
import { ExperimentSettings, mergeSettings } from '#domains/experiment/settings.ts';
import { experiment } from '#domains/experiment/table.ts';
import type { PreprocessingService } from '#domains/preprocessing/service.ts';
import type { PreprocessingRow } from '#domains/preprocessing/table.ts';
import { ConflictError, ValidationError } from '#errors.ts';
import { decodeId, encodeId } from '#ids.ts';
import { requestCancel } from '#jobs.ts';
import type { Events } from '#ports/events.ts';
import type { Queue } from '#ports/queue.ts';
import { continuing, unbegun } from './continuing.ts';
import { type ModelRunRow, modelRun } from './table.ts';

export type ModelRunPorts = {
  db: Db;
  events: Events;
  queue: Queue;
  datasets: Pick<DatasetService, 'find' | 'hold'>;
  analyses: Pick<AnalysisService, 'create'>;
  preprocessings: Pick<PreprocessingService, 'find' | 'checkGenerator' | 'holdForTraining'>;
  experiments: Pick<ExperimentService, 'find' | 'insert'>;
};

export type ModelRunService = ReturnType<typeof modelRunService>;

type TrainingWishes = {
  algorithms?: readonly string[] | null | undefined;
  budgetSeconds?: number | null | undefined;
  maxTrials?: number | null | undefined;
  tuning?: TuningStrategy | null | undefined;
  seed?: number | null | undefined;
};

export function modelRunService(ports: ModelRunPorts) {
  const { db, events, queue } = ports;

  async function enqueue(tx: Tx, id: string): Promise<void> {
    await queue.enqueue(tx, 'experiment.run', id);
    // whoever follows from the end of an earlier training finds that the stream goes on
    await events.append(tx, id, [experimentEvent('ExperimentQueued', {})]);
  }

  /** The one that the caller chose, or the experiment's own; one of its own that came to nothing is made anew. */
  async function holdPreprocessing(
    tx: Tx,
    chosen: PreprocessingRow | null,
    experimentId: string,
  ): Promise<void> {
    const path = ['input', chosen ? 'preprocessingId' : 'experimentId'];
    // locked, so that no other one is attached meanwhile
    const [own] = await tx
      .select({ preprocessingId: experiment.preprocessingId })
      .from(experiment)
      .where(eq(experiment.id, experimentId))
      .for('update');
    const id = chosen?.id ?? own?.preprocessingId;
    if (!id || (await ports.preprocessings.holdForTraining(tx, id, path)) || !chosen) return;
    throw new ConflictError(
      'PREPROCESSING_NOT_ACCEPTED',
      `No version of the preprocessing was accepted; it is ${chosen.decision ?? chosen.status}.`,
      { path },
    );
  }

  async function find(viewer: Viewer | null, globalId: string, path?: string[]): Promise<ModelRunRow> {
    const id = decodeId('ModelRun', globalId, path);
    const [row] = await db.select().from(modelRun).where(eq(modelRun.id, id));
    return authorise(viewer, row, 'ModelRun', path);
  }

  return {
    find,
    ...continuing(ports, find, enqueue),

    /** Trains an experiment; analysis and preprocessing are made on the way where they are missing. */
    async startTraining(
      viewer: Viewer | null,
      input: TrainingWishes & {
        experimentId: string;
        preprocessingId?: string | null | undefined;
        idempotencyKey?: string | null | undefined;
      },
    ): Promise<string> {
      const owner = signedIn(viewer);
      const path = ['input', 'experimentId'];
      const row = await ports.experiments.find(viewer, input.experimentId, path);
      const chosen = input.preprocessingId
        ? await ports.preprocessings.find(viewer, input.preprocessingId, ['input', 'preprocessingId'])
        : null;
      const source = await ports.datasets.find(viewer, encodeId('Dataset', row.datasetId), path);
      return once(db, owner, 'startTraining', input, async (tx) => {
        await ports.datasets.hold(tx, row.datasetId, path);
        if (isRunning(row)) throw experimentRunning(path);
        if (row.target === null)
          throw new ConflictError('TARGET_MISSING', 'Choose a target first: updateExperiment.', { path });
        checkTarget(source, row.target, { dataset: path, target: path });
        if (chosen && (chosen.datasetId !== row.datasetId || chosen.target !== row.target)) {
          throw new ConflictError(
            'PREPROCESSING_OF_OTHER_TARGET',
            'It was written for another dataset or target.',
            {
              path: ['input', 'preprocessingId'],
            },
          );
        }
        await holdPreprocessing(tx, chosen, row.id);
        const settings = withWishes(row.settings, input);
        checkAlgorithms(settings.algorithms, row.taskType);
        const started = await tx
          .update(experiment)
          .set({
            ...unbegun,
            settings,
            version: row.version + 1,
            ...(chosen ? { preprocessingId: chosen.id } : {}),
          })
          .where(
            and(
              eq(experiment.id, row.id),
              inArray(experiment.status, ['DRAFT', 'SUCCEEDED', 'FAILED', 'CANCELED']),
            ),
          )
          .returning({ id: experiment.id });
        if (started.length === 0) throw experimentRunning(path);
        await enqueue(tx, row.id);
        return row.id;
      });
    },

    /** All stages in one call. */
    async runExperiment(
      viewer: Viewer | null,
      input: TrainingWishes & {
        datasetId: string;
        target: string;
        name?: string | null | undefined;
        taskType?: TaskType | null | undefined;
        metric?: string | null | undefined;
        generator?: CodeGenerator | null | undefined;
        strategy?: PreprocessingStrategy | null | undefined;
        idempotencyKey?: string | null | undefined;
      },
    ): Promise<string> {
      const owner = signedIn(viewer);
      const source = await ports.datasets.find(viewer, input.datasetId, ['input', 'datasetId']);
      ports.preprocessings.checkGenerator(input.generator);
      return once(db, owner, 'runExperiment', input, async (tx) => {
        await ports.datasets.hold(tx, source.id, ['input', 'datasetId']);
        checkTarget(source, input.target);
        const settings = withWishes(
          ExperimentSettings.parse({
            generator: input.generator ?? 'AUTO',
            ...(input.strategy ? { strategy: input.strategy } : {}),
          }),
          input,
        );
        const analysisId = await ports.analyses.create(tx, source, input);
        const id = await ports.experiments.insert(
          tx,
          owner,
          { ...input, dataset: source },
          settings,
          'QUEUED',
          { analysisId },
        );
        await enqueue(tx, id);
        return id;
      });
    },

    /** Stops an experiment; what it has trained so far stays. One that has not started ends at once. */
    async cancelExperiment(viewer: Viewer | null, globalId: string, path?: string[]): Promise<void> {
      const row = await ports.experiments.find(viewer, globalId, path);
      await requestCancel(ports, experiment, row.id, experimentEvent('ExperimentFinished', {}));
    },
  };
}

function withWishes(present: ExperimentSettings, wishes: TrainingWishes): ExperimentSettings {
  const { algorithms, budgetSeconds, maxTrials, tuning, seed } = wishes;
  const given = Object.entries({ algorithms, budgetSeconds, maxTrials, tuning, seed }).filter(
    ([, value]) => value != null,
  );
  try {
    return mergeSettings(present, Object.fromEntries(given));
  } catch (error) {
    // settings that came as arguments of their own are at fault there, not under `settings`
    if (!(error instanceof ValidationError)) throw error;
    const path = error.path?.filter((part) => part !== 'settings') ?? [];
    throw new ValidationError(error.code, error.message, { path });
  }
}
