import { and, desc, eq, isNull, notInArray, sql } from 'drizzle-orm';
import { checkAlgorithms, checkMetric } from '#catalog.ts';
import type { ExperimentStage, TaskType } from '#contract/vocabulary.ts';
import type { Db, Tx } from '#db.ts';
import { authorise, type Connection, signedIn, type Viewer } from '#domains/account/authorise.ts';
import { once } from '#domains/account/idempotency.ts';
import { checkTarget } from '#domains/analysis/service.ts';
import type { AnalysisRow } from '#domains/analysis/table.ts';
import type { DatasetService } from '#domains/dataset/service.ts';
import { ConflictError, ValidationError } from '#errors.ts';
import { decodeId, encodeId, newId } from '#ids.ts';
import { containing, type Newest, newestByParent, olderThan } from '#paging.ts';
import { ExperimentSettings, mergeSettings } from './settings.ts';
import { type ExperimentRow, experiment } from './table.ts';
import { experimentsUnderWay } from './under-way.ts';

const MAX_NAME_LENGTH = 200;

export type ExperimentPorts = { db: Db; datasets: Pick<DatasetService, 'find' | 'hold'> };
export type ExperimentService = ReturnType<typeof experimentService>;

export type ExperimentFilter = {
  datasetId?: string | null | undefined;
  status?: ExperimentRow['status'] | null | undefined;
  search?: string | null | undefined;
};

type Question = {
  target?: string | null | undefined;
  name?: string | null | undefined;
  taskType?: TaskType | null | undefined;
  metric?: string | null | undefined;
};

export function experimentService({ db, datasets }: ExperimentPorts) {
  async function find(
    viewer: Viewer | null,
    globalId: string,
    path?: string[],
    connection: Connection = db,
  ): Promise<ExperimentRow> {
    const id = decodeId('Experiment', globalId, path);
    const [row] = await connection.select().from(experiment).where(eq(experiment.id, id));
    return authorise(viewer, row, 'Experiment', path);
  }

  async function attach(
    tx: Tx,
    viewer: Viewer,
    globalId: string,
    datasetId: string,
    change: Partial<ExperimentRow>,
  ): Promise<void> {
    const path = ['input', 'experimentId'];
    // a second connection while the first waits for it would starve the pool
    const row = await find(viewer, globalId, path, tx);
    if (row.datasetId !== datasetId) {
      throw new ConflictError('EXPERIMENT_OF_OTHER_DATASET', 'The experiment is about another dataset.', {
        path,
      });
    }
    const changed = await tx
      .update(experiment)
      .set({ ...change, version: sql`${experiment.version} + 1` })
      .where(and(eq(experiment.id, row.id), notInArray(experiment.status, ['QUEUED', 'RUNNING'])))
      .returning({ id: experiment.id });
    if (changed.length === 0) throw experimentRunning(path);
  }

  return {
    find,
    ...experimentsUnderWay(db),

    async create(
      viewer: Viewer | null,
      input: Question & { datasetId: string; idempotencyKey?: string | null | undefined },
    ): Promise<string> {
      const owner = signedIn(viewer);
      const source = await datasets.find(viewer, input.datasetId, ['input', 'datasetId']);
      return once(db, owner, 'createExperiment', input, async (tx) => {
        await datasets.hold(tx, source.id, ['input', 'datasetId']);
        checkTarget(source, input.target);
        return this.insert(tx, owner, { ...input, dataset: source }, ExperimentSettings.parse({}), 'DRAFT');
      });
    },

    /** @throws ValidationError for a name, metric or algorithm that cannot be. */
    async insert(
      tx: Tx,
      viewer: Viewer,
      input: Question & { dataset: { id: string; name: string } },
      settings: ExperimentSettings,
      status: 'DRAFT' | 'QUEUED',
      change: Partial<ExperimentRow> = {},
    ): Promise<string> {
      const taskType = input.taskType ?? null;
      checkMetric(input.metric, taskType);
      checkAlgorithms(settings.algorithms, taskType);
      const id = newId();
      const target = input.target ?? null;
      await tx.insert(experiment).values({
        id,
        ownerId: viewer.accountId,
        name:
          checkName(input.name) ??
          (target === null ? input.dataset.name : `${input.dataset.name}: ${target}`),
        datasetId: input.dataset.id,
        target,
        taskType,
        metric: input.metric ?? null,
        stage: 'DATA',
        settings,
        status,
        ...change,
      });
      return id;
    },

    async update(
      viewer: Viewer | null,
      input: Question & {
        experimentId: string;
        version: number;
        stage?: ExperimentStage | null | undefined;
        settings?: unknown;
      },
    ): Promise<string> {
      const row = await find(viewer, input.experimentId, ['input', 'experimentId']);
      const asksOther = [input.target, input.taskType, input.metric, input.settings].some(
        (value) => value != null,
      );
      if (asksOther && isRunning(row)) throw experimentRunning(['input', 'experimentId']);
      const retargeted = input.target != null && input.target !== row.target;
      const taskType = input.taskType ?? (retargeted ? null : row.taskType);
      const metric = input.metric ?? (retargeted ? null : row.metric);
      checkMetric(metric, taskType);
      if (retargeted) {
        checkTarget(await datasets.find(viewer, encodeId('Dataset', row.datasetId)), input.target);
      }
      const settings = input.settings == null ? row.settings : mergeSettings(row.settings, input.settings);
      checkAlgorithms(settings.algorithms, taskType, ['input', 'settings', 'algorithms']);
      const name = checkName(input.name);
      const changed = await db
        .update(experiment)
        .set({
          settings,
          version: row.version + 1,
          ...(name === undefined ? {} : { name }),
          ...(retargeted ? { target: input.target, analysisId: null, preprocessingId: null } : {}),
          ...(retargeted || input.taskType != null ? { taskType } : {}),
          ...(retargeted || input.metric != null ? { metric } : {}),
          ...(input.stage == null ? {} : { stage: input.stage }),
        })
        .where(and(eq(experiment.id, row.id), eq(experiment.version, input.version)))
        .returning({ id: experiment.id });
      if (changed.length === 0) {
        throw new ConflictError(
          'VERSION_CHANGED',
          `The experiment is at version ${row.version} by now. Read it and try again.`,
          {
            path: ['input', 'version'],
            retryable: true,
          },
        );
      }
      return row.id;
    },

    attachAnalysis: (tx: Tx, viewer: Viewer, globalId: string, row: { id: string; datasetId: string }) =>
      attach(tx, viewer, globalId, row.datasetId, {
        analysisId: row.id,
        preprocessingId: null,
        stage: 'ANALYSIS',
      }),
    attachPreprocessing: (tx: Tx, viewer: Viewer, globalId: string, row: { id: string; datasetId: string }) =>
      attach(tx, viewer, globalId, row.datasetId, { preprocessingId: row.id, stage: 'PREPARATION' }),

    /**
     * Makes a preprocessing the one of the newest experiment that relies on its analysis and does not run, or of a new
     * one; gives the experiment's id.
     */
    keepPreprocessing(viewer: Viewer, source: AnalysisRow, preprocessingId: string): Promise<string> {
      const change = { preprocessingId, stage: 'PREPARATION' } as const;
      return db.transaction(async (tx) => {
        const [known] = await tx
          .select({ id: experiment.id })
          .from(experiment)
          .where(
            and(
              eq(experiment.ownerId, viewer.accountId),
              eq(experiment.analysisId, source.id),
              notInArray(experiment.status, ['QUEUED', 'RUNNING']),
            ),
          )
          .orderBy(desc(experiment.createdAt), desc(experiment.id))
          .limit(1)
          .for('update');
        if (known) {
          await tx
            .update(experiment)
            .set({ ...change, version: sql`${experiment.version} + 1` })
            .where(eq(experiment.id, known.id));
          return known.id;
        }
        const table = await datasets.find(viewer, encodeId('Dataset', source.datasetId));
        const question = { dataset: table, target: source.target, taskType: source.taskType };
        return this.insert(tx, viewer, question, ExperimentSettings.parse({}), 'DRAFT', {
          ...change,
          analysisId: source.id,
        });
      });
    },

    async page(
      viewer: Viewer | null,
      options: { filter?: ExperimentFilter | null | undefined; after?: Newest | undefined; limit: number },
    ): Promise<ExperimentRow[]> {
      const { accountId } = signedIn(viewer);
      const { filter, after, limit } = options;
      return db
        .select()
        .from(experiment)
        .where(
          and(
            eq(experiment.ownerId, accountId),
            isNull(experiment.deletedAt),
            filter?.datasetId ? eq(experiment.datasetId, decodeId('Dataset', filter.datasetId)) : undefined,
            filter?.status ? eq(experiment.status, filter.status) : undefined,
            containing([experiment.name], filter?.search),
            olderThan(experiment, after),
          ),
        )
        .orderBy(desc(experiment.createdAt), desc(experiment.id))
        .limit(limit);
    },

    /** Newest first, for several datasets in one statement. */
    pagesByDataset(
      datasetIds: readonly string[],
      page: { after?: Newest | undefined; limit: number },
    ): Promise<Map<string, ExperimentRow[]>> {
      return newestByParent<ExperimentRow>(
        db,
        experiment,
        experiment.datasetId,
        (row) => row.datasetId,
        datasetIds,
        page,
      );
    },
  };
}

export const isRunning = (row: ExperimentRow): boolean => row.status === 'QUEUED' || row.status === 'RUNNING';

export const experimentRunning = (path: string[]) =>
  new ConflictError('EXPERIMENT_RUNNING', 'The experiment is running. Cancel it or wait for its end.', {
    path,
    retryable: true,
  });

function checkName(name: string | null | undefined): string | undefined {
  const trimmed = name?.trim();
  if (trimmed === undefined) return undefined;
  if (trimmed.length === 0 || trimmed.length > MAX_NAME_LENGTH) {
    throw new ValidationError('NAME_INVALID', `Use 1 to ${MAX_NAME_LENGTH} characters.`, {
      path: ['input', 'name'],
    });
  }
  return trimmed;
}
