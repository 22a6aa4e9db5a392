import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { localSandbox } from '#adapters/sandbox/local.ts';
import { CUSTOM_STEP, type GateOutcome, type PlannedStep } from '#contract/preprocessing.ts';
import type { TaskType } from '#contract/vocabulary.ts';
import { openDatabase } from '#db.ts';
import { accountService } from '#domains/account/service.ts';
import { openBench } from '#domains/preprocessing/gates/bench.ts';
import { runGates } from '#domains/preprocessing/gates/gates.ts';
import type { Candidate, GateLimits, GateSubject } from '#domains/preprocessing/gates/subject.ts';
import { readEnv } from '#env.ts';
import { pythonEnvironment } from '#python-environment.ts';
import { runTableTask } from '#tables/run.ts';
import { testDatabase } from '../harness.ts';

const mebibyte = 1024 ** 2;

/** Two processes' time for each job: a program that spins is ended by it, however slow the machine is. */
const limits: Partial<GateLimits> = {
  seconds: 600,
  jobs: 2,
  repeats: 1,
  job: {
    memoryBytes: 512 * mebibyte,
    diskBytes: 64 * mebibyte,
    processes: 16,
    cpuSeconds: 10,
    wallSeconds: 120,
    outputBytes: 16 * 1024,
  },
};

export type GateBench = Awaited<ReturnType<typeof openGateBench>>;

/** The gates over a table of the test's own, with the real sandbox, trainer and database. */
export async function openGateBench(
  text: string,
  question: { target: string; taskType: TaskType; metric: string; rules?: PlannedStep[] },
  wished: Partial<GateLimits> = {},
) {
  const env = readEnv();
  const { interpreter } = await pythonEnvironment(env);
  if (interpreter === null) throw new Error('the Python environment is not set up');
  const directory = mkdtempSync(join(tmpdir(), 'aliquot-gates-'));
  chmodSync(directory, 0o711);
  const database = await testDatabase();
  const { db, close: closeDatabase } = openDatabase(database.url);
  const { accountId: ownerId } = await accountService({ db }).createAccount('Gates');
  const sandbox = localSandbox({
    python: interpreter,
    runnerDirectory: fileURLToPath(new URL('../../runner', import.meta.url)),
    cacheDirectory: directory,
  });
  await sandbox.warm();
  const source = join(directory, 'table.csv');
  const parquet = join(directory, 'table.parquet');
  writeFileSync(source, text);
  const temporaryDirectory = join(directory, 'tables');
  const { columns, rowCount } = await runTableTask(
    'ingest',
    { source, fileName: 'table.csv', parquet },
    { temporaryDirectory },
  );
  const workDirectory = join(directory, 'jobs');
  mkdirSync(workDirectory);
  const ports = { db, sandbox, workDirectory, threads: 2, memoryBytes: 2048 * mebibyte };
  const subject: GateSubject = {
    ...{ ownerId, preprocessingId: null, parquet, columns, rowCount, rules: [], ...question },
    datasetSha256: 'a'.repeat(64),
  };
  const { signal } = new AbortController();
  const bench = await openBench(ports, subject, signal, { ...limits, ...wished });

  return {
    ...{ bench, db, sandbox, workDirectory },
    /** A plan of steps of the catalogue, or one of code. */
    async judge(plan: string | PlannedStep[], author: Candidate['author'] = 'GENERATOR') {
      const candidate: Candidate =
        typeof plan === 'string'
          ? {
              steps: [{ key: CUSTOM_STEP, columns: [], parameters: {}, reason: '', code: plan }],
              code: plan,
              author,
            }
          : { steps: plan, code: '', author };
      const heard: GateOutcome[] = [];
      const report = await runGates(bench, candidate, (outcome) => heard.push(outcome), signal);
      return { ...report, heard };
    },
    async close() {
      await bench.close();
      await sandbox.close();
      await closeDatabase();
      await database.drop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
