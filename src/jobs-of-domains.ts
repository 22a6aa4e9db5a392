import type { App, Ports } from './app.ts';
import { analysisJobs } from './domains/analysis/jobs.ts';
import { datasetJobs } from './domains/dataset/jobs.ts';
import { experimentPipeline } from './domains/model-run/pipeline.ts';
import { predictionJobs } from './domains/model-run/prediction-job.ts';
import { preprocessingJobs } from './domains/preprocessing/jobs.ts';
import { preprocessingMeasuring } from './domains/preprocessing/measuring.ts';
import { verificationJobs } from './domains/verification/jobs.ts';
import { maintenance } from './maintenance.ts';
import type { JobHandler, JobName } from './ports/queue.ts';

const TABLE_MEMORY_BYTES = 2 * 1024 ** 3;

const lost = {
  code: 'WORKER_LOST',
  message:
    'The worker was lost at every attempt, perhaps for want of memory. Try again with less data or a smaller budget.',
};

/** What a worker does for each name of the job catalogue, how many at once, and how a job ends that lost all its workers. */
export function jobsOfDomains(ports: Ports, app: App) {
  const { services } = app;
  const { env } = ports;
  const memoryBytes = env.TRAINING_MEMORY_MB * 1024 ** 2;
  const { objects } = services;
  const tables = {
    ...{ ...ports, objects },
    memoryBytes: TABLE_MEMORY_BYTES,
    maximumColumns: env.MAX_COLUMNS,
  };
  const datasets = datasetJobs(tables);
  const analyses = analysisJobs(tables);
  const preprocessings = preprocessingJobs({ ...ports, memoryBytes, threads: env.TRAINING_THREADS });
  const measurings = preprocessingMeasuring({
    ...{ ...ports, memoryBytes, threads: env.TRAINING_THREADS },
    isTraining: services.experiments.areTraining,
  });
  const predictions = predictionJobs({
    ...{ ...ports, objects, memoryBytes },
    maximumColumns: env.MAX_COLUMNS,
  });
  const verifications = verificationJobs({ ...ports, memoryBytes, threads: env.TRAINING_THREADS });
  const pipeline = experimentPipeline({
    ...{ ...ports, objects, memoryBytes, threads: env.TRAINING_THREADS },
    analyses: services.analyses,
    analysisJobs: analyses,
    preprocessings: services.preprocessings,
    preprocessingJobs: preprocessings,
  });
  const handlers: Record<JobName, { handler: JobHandler; concurrency: number }> = {
    'dataset.ingest': { handler: (id, context) => datasets.ingest(id, context), concurrency: 2 },
    'analysis.perform': {
      handler: async (id, { signal }) => void (await analyses.perform(id, { claim: signal })),
      concurrency: 2,
    },
    'preprocessing.perform': {
      handler: async (id, { signal, attempt }) => {
        const options = { isAttended: true, isRepeated: attempt > 1 };
        await preprocessings.perform(id, { claim: signal }, options);
      },
      concurrency: 2,
    },
    // in the background: one at a time, however many wait
    'preprocessing.measure': { handler: (id, { signal }) => measurings.measure(id, signal), concurrency: 1 },
    'experiment.run': {
      handler: (id, context) => pipeline.run(id, context),
      concurrency: env.TRAINING_CONCURRENCY,
    },
    'prediction.perform': { handler: (id, { signal }) => predictions.perform(id, signal), concurrency: 1 },
    'verification.perform': {
      handler: (id, { signal }) => verifications.perform(id, signal),
      concurrency: 1,
    },
  };
  const endings: Record<JobName, (id: string) => Promise<void>> = {
    'dataset.ingest': (id) => datasets.giveUp(id, lost),
    'analysis.perform': (id) => analyses.settle(id, { status: 'FAILED', failure: lost }),
    'preprocessing.perform': (id) => preprocessings.settle(id, { status: 'FAILED', failure: lost }),
    'preprocessing.measure': async (id) => void (await measurings.giveUp(id, lost.message)),
    'experiment.run': (id) => pipeline.giveUp(id, lost),
    'prediction.perform': (id) => predictions.settle(id, { status: 'FAILED', failure: lost }),
    'verification.perform': (id) => verifications.settle(id, { status: 'FAILED', failure: lost }),
  };
  const onLost = (job: JobName, id: string) => endings[job](id);
  return { handlers, onLost, maintain: maintenance(ports, app) };
}
