import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { postgresEvents } from './adapters/events/postgres.ts';
import { claudeGenerator } from './adapters/generator/anthropic.ts';
import { rulesGenerator } from './adapters/generator/rules.ts';
import { pgBossQueue } from './adapters/queue/pg-boss.ts';
import { openE2b, runnerDirectory, sandboxUrl } from './adapters/sandbox/from-url.ts';
import { localSandbox } from './adapters/sandbox/local.ts';
import { storageFromUrl, storageUrl } from './adapters/storage/from-url.ts';
import { catalog } from './catalog.ts';
import { type Db, openDatabase } from './db.ts';
import { accountService } from './domains/account/service.ts';
import { analysisService } from './domains/analysis/service.ts';
import { type Dependents, deletionService } from './domains/dataset/deletion.ts';
import { uploadExpiry } from './domains/dataset/expiry.ts';
import { datasetService } from './domains/dataset/service.ts';
import { dataset, upload } from './domains/dataset/table.ts';
import { uploadService } from './domains/dataset/upload.ts';
import { experimentService } from './domains/experiment/service.ts';
import { artifactService } from './domains/model-run/artifacts.ts';
import { markDependents, streamsOf } from './domains/model-run/dependents.ts';
import { leaderboards } from './domains/model-run/leaderboard.ts';
import { predictionService } from './domains/model-run/prediction.ts';
import { modelRunService } from './domains/model-run/service.ts';
import { artifact } from './domains/model-run/table.ts';
import { preprocessingService } from './domains/preprocessing/service.ts';
import { spending } from './domains/preprocessing/spending.ts';
import { storedObjects } from './domains/stored-object/service.ts';
import { verificationService } from './domains/verification/service.ts';
import type { Env } from './env.ts';
import { signedLinks } from './links.ts';
import type { Log } from './log.ts';
import type { Generator } from './ports/generator.ts';
import type { Sandbox } from './ports/sandbox.ts';
import { lockDigest, pythonEnvironment } from './python-environment.ts';
import { serverFacts } from './server-info.ts';

export type Ports = Awaited<ReturnType<typeof openPorts>>;
export type App = Awaited<ReturnType<typeof createApp>>;
export type Services = App['services'];

/** Which adapter stands behind which port: the only place that knows. */
export async function openPorts(options: {
  env: Env;
  databaseUrl: string;
  log: Log;
  monitor: boolean;
  onQuery?: (text: string) => void;
}) {
  const { env, databaseUrl, log, monitor } = options;
  const workDirectory = join(env.DATA_DIR, 'work');
  await mkdir(workDirectory, { recursive: true, mode: 0o700 });
  const database = openDatabase(databaseUrl, options.onQuery ? { onQuery: options.onQuery } : {});
  const storage = await storageFromUrl(storageUrl(env), {
    workDirectory,
    encryptionKeys: env.STORAGE_ENCRYPTION_KEY,
  });
  const events = await postgresEvents(database);
  const queue = await pgBossQueue({ url: databaseUrl, log, monitor });
  const sandbox = await openSandbox(env, {
    installation: () => accountService(database).sharedSecret('sandbox'),
    tell: (message) => log.info(message),
  });
  const generators = openGenerators(env, database.db, log);
  return {
    ...{ env, log, database, db: database.db, storage, events, queue, sandbox, generators, workDirectory },
    /** Of the libraries that jobs run with. */
    lockSha256: await lockDigest(),
    async close(graceSeconds = 5) {
      await queue.close({ graceSeconds });
      await sandbox.close();
      await events.close();
      await database.close();
    },
  };
}

/** Claude where there is a key; the rules always. */
function openGenerators(env: Env, db: Db, log: Log): Partial<Record<Generator['kind'], Generator>> {
  if (!env.ANTHROPIC_API_KEY) return { RULES: rulesGenerator() };
  const [usdPerJob, usdPerDay] = [env.CLAUDE_MAX_USD_PER_JOB, env.CLAUDE_MAX_USD_PER_DAY];
  const purse = spending({ db, microUsdPerJob: usdPerJob * 1e6, microUsdPerDay: usdPerDay * 1e6 });
  const claude = claudeGenerator({
    ...{ apiKey: env.ANTHROPIC_API_KEY, baseUrl: env.ANTHROPIC_BASE_URL, model: env.ANTHROPIC_MODEL },
    ...{ prices: env.CLAUDE_PRICES, tokensPerJob: env.CLAUDE_MAX_TOKENS_PER_JOB, usdPerJob, usdPerDay },
    ...{ sendsValues: env.CLAUDE_SEND_VALUES === 'on', steps: catalog.steps, purse, log },
  });
  return { RULES: rulesGenerator(), CLAUDE: claude };
}

/** `installation` tells the boxes of this one from those of others. */
export async function openSandbox(
  env: Env,
  options: { installation?: () => Promise<string>; tell?: (message: string) => void } = {},
): Promise<Sandbox> {
  const { installation, tell = () => {} } = options;
  const url = sandboxUrl(env);
  if (url === 'e2b:') return openE2b(env, (await installation?.()) ?? 'commands', tell);
  const { interpreter, remedy } = await pythonEnvironment(env);
  if (!interpreter) throw new Error(`The Python environment is not ready. ${remedy}`);
  return localSandbox({
    python: interpreter,
    runnerDirectory,
    cacheDirectory: env.CACHE_DIR,
    threads: env.TRAINING_THREADS,
    unsafe: url === 'unsafe:',
  });
}

/** Every service, built once. `baseUrl` is where clients reach the server; it is known once it listens. */
export async function createApp(ports: Ports, baseUrl: () => string) {
  const { db, events, queue, storage, generators, workDirectory, env } = ports;
  const accounts = accountService({ db });
  const links = signedLinks({ secret: await accounts.sharedSecret('links'), baseUrl });
  const objects = storedObjects({
    ...{ db, storage, log: ports.log },
    references: [dataset.storageKey, dataset.parquetKey, upload.storageKey, artifact.storageKey],
  });
  const dependents: Dependents = {
    inUse: (connection, datasetId) => experiments.uses(connection, datasetId),
    mark: markDependents,
    streamsOf,
  };
  const datasetPorts = {
    ...{ db, events, queue, storage, objects, links, workDirectory },
    maxUploadBytes: env.MAX_UPLOAD_BYTES,
    dependents,
  };
  const datasets = datasetService(datasetPorts);
  const deletions = deletionService({
    ...{ db, events, storage, objects, log: ports.log, dependents },
    graceMilliseconds: env.DELETION_GRACE_HOURS * 3_600_000,
  });
  const expireUploads = uploadExpiry({
    ...{ db, events, storage, objects, log: ports.log },
    expiryMilliseconds: env.UPLOAD_EXPIRY_HOURS * 3_600_000,
  });
  const uploads = uploadService(datasetPorts, datasets);
  const experiments = experimentService({ db, datasets });
  const artifacts = artifactService({ db, links });
  const analyses = analysisService({ db, events, queue, datasets, attach: experiments.attachAnalysis });
  const preprocessings = preprocessingService({
    ...{ db, events, queue, generators, datasets, analyses },
    isInUse: experiments.takes,
    attach: experiments.attachPreprocessing,
  });
  const modelRuns = modelRunService({ db, events, queue, datasets, analyses, preprocessings, experiments });
  const predictions = predictionService({ db, events, queue, datasets, modelRuns });
  const verifications = verificationService({ db, events, queue, datasets, modelRuns });
  const services = {
    ...{
      db,
      events,
      accounts,
      datasets,
      deletions,
      expireUploads,
      uploads,
      analyses,
      preprocessings,
      experiments,
      modelRuns,
      predictions,
      verifications,
      objects,
    },
    leaderboards: leaderboards({ db }),
    artifacts,
    serverInfo: serverFacts(ports),
    storage,
  };
  return { services, localAccount: await accounts.localAccount() };
}
