import type { Db } from '#db.ts';
import { analysis } from '#domains/analysis/table.ts';
import { dataset } from '#domains/dataset/table.ts';
import { ExperimentSettings } from '#domains/experiment/settings.ts';
import { type ExperimentRow, experiment } from '#domains/experiment/table.ts';
import { artifact, type ModelRunRow, modelRun, predictionJob, trial } from '#domains/model-run/table.ts';
import { preprocessing } from '#domains/preprocessing/table.ts';
import { storedObject } from '#domains/stored-object/table.ts';
import { encodeId, newId } from '#ids.ts';
import type { TestApp } from '../harness.ts';

/** Rows as a worker would leave them, without the work: each gives the id of the row. */
const format = { decimal: '.' as const, thousands: '', unit: '', dateFormats: null, missingSpellings: [] };
const target = {
  ...{ name: 'y', physicalName: 'c0', position: 0, type: 'number' as const, physicalType: 'DOUBLE' as const },
  ...{ semanticType: 'measure', confidence: 1, nullCount: 0, format },
};

export function seeds(db: Db, ownerId: string) {
  /** The row of an object; its bytes are not there. */
  async function object(kind: string): Promise<string> {
    const key = `${ownerId}/${kind}/${newId()}`;
    await db
      .insert(storedObject)
      .values({ key, ownerId, status: 'STORED', byteSize: 3, sha256: 'ab', encryption: 'NONE' });
    return key;
  }

  return {
    async dataset(change: Partial<typeof dataset.$inferInsert> = {}): Promise<string> {
      const id = newId();
      await db.insert(dataset).values({
        ...{ id, ownerId, name: 'people', fileName: 'people.csv', status: 'READY', byteSize: 3 },
        ...{ storageKey: await object('source'), receivedBytes: 3, rowCount: 2 },
        columns: [target],
        ...change,
      });
      return id;
    },
    async analysis(datasetId: string): Promise<string> {
      const id = newId();
      await db.insert(analysis).values({ id, ownerId, datasetId, target: 'y', status: 'SUCCEEDED' });
      return id;
    },
    async preprocessing(datasetId: string, analysisId: string): Promise<string> {
      const id = newId();
      await db.insert(preprocessing).values({
        ...{ id, ownerId, datasetId, analysisId, target: 'y', status: 'SUCCEEDED' },
        ...{ generator: 'RULES', strategy: 'MINIMAL', steps: [], code: '', gates: [] },
        accepted: { revision: 1, generator: 'RULES', steps: [], code: '', gates: [] },
      });
      return id;
    },
    async experiment(datasetId: string, change: Partial<ExperimentRow> = {}): Promise<string> {
      const id = newId();
      await db.insert(experiment).values({
        ...{ id, ownerId, datasetId, name: 'who?', target: 'y', taskType: 'REGRESSION', metric: 'rmse' },
        ...{ stage: 'RESULTS', settings: ExperimentSettings.parse({}), status: 'SUCCEEDED' },
        ...change,
      });
      return id;
    },
    async run(
      source: { experimentId: string; datasetId: string },
      algorithm: string,
      score: number | null,
      change: Partial<ModelRunRow> = {},
    ): Promise<string> {
      const id = newId();
      await db.insert(modelRun).values({
        ...{ id, ownerId, ...source, taskType: 'REGRESSION', metric: 'rmse', algorithm, label: algorithm },
        ...{ status: score === null ? 'RUNNING' : 'SUCCEEDED', parameters: {}, foldScores: [] },
        ...{ score, rankScore: score === null ? null : -score },
        metrics: score === null ? [] : [{ key: 'mae', value: 100 - score, basis: 'OUT_OF_FOLD' }],
        ...change,
      });
      return id;
    },
    async trials(modelRunId: string, count: number): Promise<void> {
      const rows = Array.from({ length: count }, (_, number) => ({
        ...{ modelRunId, number, parameters: {}, score: number, foldScores: [], seconds: 1 },
      }));
      if (rows.length > 0) await db.insert(trial).values(rows);
    },
    async artifact(of: { modelRunId: string } | { predictionJobId: string }): Promise<string> {
      const id = newId();
      const file = { name: 'model.zip', mediaType: 'application/zip', byteSize: 3, sha256: 'ab' };
      await db.insert(artifact).values({ id, ownerId, ...of, ...file, storageKey: await object('model') });
      return id;
    },
    async predictionJob(modelRunId: string, datasetId: string): Promise<string> {
      const id = newId();
      await db.insert(predictionJob).values({ id, ownerId, modelRunId, datasetId, status: 'SUCCEEDED' });
      return id;
    },
  };
}

/** One of everything that an owner can have; global ids by type. */
export async function everything(app: TestApp, ownerId: string) {
  const seed = seeds(app.ports.db, ownerId);
  const datasetId = await seed.dataset();
  const analysisId = await seed.analysis(datasetId);
  const preprocessingId = await seed.preprocessing(datasetId, analysisId);
  const experimentId = await seed.experiment(datasetId, { analysisId, preprocessingId });
  const runId = await seed.run({ experimentId, datasetId }, 'linear', 1);
  const predictionJobId = await seed.predictionJob(runId, datasetId);
  await seed.artifact({ modelRunId: runId });
  await seed.artifact({ predictionJobId });
  return {
    Dataset: encodeId('Dataset', datasetId),
    Analysis: encodeId('Analysis', analysisId),
    Preprocessing: encodeId('Preprocessing', preprocessingId),
    Experiment: encodeId('Experiment', experimentId),
    ModelRun: encodeId('ModelRun', runId),
    PredictionJob: encodeId('PredictionJob', predictionJobId),
  };
}
