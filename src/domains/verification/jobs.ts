import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { and, eq, inArray } from 'drizzle-orm';
import { hasOwnCode } from '#contract/preprocessing.ts';
import { RUNNER_PROTOCOL } from '#contract/runner.ts';
import { VerifyMessage, type VerifyMessageOf, type VerifySpec } from '#contract/verify.ts';
import type { Db } from '#db.ts';
import { dataset } from '#domains/dataset/table.ts';
import type { JobProgress } from '#domains/experiment/table.ts';
import { prepareFolds } from '#domains/model-run/fold-preparation.ts';
import { CODE_NAME } from '#domains/model-run/model-files.ts';
import { artifact, type ModelRunRow, modelRun } from '#domains/model-run/table.ts';
import { failureOf, JobError } from '#errors.ts';
import { cancellable, coalesced, settleJob } from '#jobs.ts';
import type { Log } from '#log.ts';
import type { Events } from '#ports/events.ts';
import {
  type Sandbox,
  type SandboxInput,
  type SandboxLimits,
  SandboxUnavailableError,
} from '#ports/sandbox.ts';
import { type Storage, StorageError } from '#ports/storage.ts';
import { converse } from '#runner.ts';
import { type Comparison, compare, type Refit } from './compare.ts';
import { type VerificationRow, verification } from './table.ts';

/** Beside so many times what the fits took when they were recorded. */
const LEAST_SECONDS = 600;
const PATIENCE = 10;
const TELL_MILLISECONDS = 500;

export type VerificationJobPorts = {
  db: Db;
  events: Events;
  sandbox: Sandbox;
  storage: Storage;
  log: Log;
  workDirectory: string;
  threads: number;
  memoryBytes: number;
  lockSha256: string;
};

type Record = ModelRunRow & {
  score: number;
  question: NonNullable<ModelRunRow['question']>;
  proof: NonNullable<ModelRunRow['proof']>;
};
type Opened = { path: string; release(): Promise<void> };

/** Fits the recorded trials of a run again in the sandbox and compares. */
export function verificationJobs(ports: VerificationJobPorts) {
  const { db, sandbox, storage } = ports;

  async function settle(id: string, change: Partial<VerificationRow>): Promise<void> {
    await settleJob(ports, verification, id, change, null);
  }

  async function recordOf(row: VerificationRow): Promise<Record> {
    const [run] = await db.select().from(modelRun).where(eq(modelRun.id, row.modelRunId));
    const { score, question, proof, finishedAt } = run ?? {};
    if (!run || score == null || !question || !proof || finishedAt?.getTime() !== row.runFinishedAt.getTime())
      throw new JobError('RUN_CHANGED', 'The run has another model by now. Verify it again.');
    return { ...run, score, question, proof };
  }

  async function openTable(run: Record): Promise<Opened> {
    const [table] = await db.select().from(dataset).where(eq(dataset.id, run.datasetId));
    if (!table?.parquetKey) throw new JobError('DATASET_CHANGED', 'The dataset has no table any more.');
    const file = await storage.open(table.parquetKey);
    if (run.question.tableSha256 === null || (await digestOf(file.path)) === run.question.tableSha256)
      return file;
    await file.release();
    throw new JobError('DATASET_CHANGED', 'The table is not the one that the run was trained on.');
  }

  /** What the plan's own code, kept with the model, makes of the folds; nothing where the plan has none. */
  async function throughOwnCode(
    run: Record,
    table: Opened,
    directory: string,
    seconds: number,
    signal: AbortSignal,
  ): Promise<{ inputs: SandboxInput[]; prepared?: Pick<VerifySpec, 'steps' | 'prepared'> }> {
    if (!run.preprocessing || !hasOwnCode(run.preprocessing.steps)) return { inputs: [] };
    const [kept] = await db
      .select()
      .from(artifact)
      .where(and(eq(artifact.modelRunId, run.id), eq(artifact.name, CODE_NAME)));
    if (!kept)
      throw new JobError('CODE_CHANGED', 'The code of the preprocessing was not kept with the model.');
    const file = await storage.open(kept.storageKey);
    try {
      const code = await readFile(file.path, 'utf8');
      if (createHash('sha256').update(code).digest('hex') !== run.preprocessing.codeSha256)
        throw new JobError('CODE_CHANGED', 'The code of the preprocessing is not the one that was recorded.');
      const { columns, target, taskType, folds } = run.question;
      const made = await prepareFolds(
        ports,
        {
          owner: run.ownerId,
          parquet: table.path,
          columns,
          target,
          taskType,
          folds,
          code,
          directory,
          seconds,
        },
        () => {},
        signal,
      );
      return { inputs: made.inputs, prepared: { steps: [], prepared: made.spec } };
    } finally {
      await file.release();
    }
  }

  async function verify(row: VerificationRow, directory: string, signal: AbortSignal): Promise<Comparison> {
    const run = await recordOf(row);
    const { question, proof } = run;
    const seconds = LEAST_SECONDS + PATIENCE * (run.fitSeconds ?? 0);
    const refits: Refit[] = [];
    let end: VerifyMessageOf<'verified'> | null = null;
    const fits = proof.trials.reduce((sum, { folds }) => sum + folds.length, 0);
    const progress = coalesced<JobProgress>(TELL_MILLISECONDS, async (value) => {
      await db.update(verification).set({ progress: value }).where(eq(verification.id, row.id));
    });
    const table = await openTable(run);
    try {
      const { inputs, prepared } = await throughOwnCode(run, table, directory, seconds, signal);
      const { columns, target, taskType, metric, steps, folds, seed } = question;
      const { threads, memoryBytes } = ports;
      await converse(
        sandbox,
        {
          owner: run.ownerId,
          spec: {
            ...{ kind: 'verify' as const, protocol: RUNNER_PROTOCOL, data: 'in/data.parquet' },
            ...{ columns, target, taskType, metric, steps, folds, seed, proof, threads, memoryBytes },
            ...prepared,
          } satisfies VerifySpec,
          inputs: [{ name: 'data.parquet', path: table.path }, ...inputs],
          limits: limitsOf(seconds, threads, memoryBytes),
          collectInto: await mkdtemp(join(directory, 'out-')),
          signal,
          onMessage: (message) => {
            if (message.type === 'verified') end = message;
            if (message.type !== 'refitted') return;
            refits.push(message);
            const text = `${refits.length} of ${fits} fits`;
            progress.push({
              fraction: refits.length / fits,
              message: text,
              etaSeconds: null,
              bestScore: null,
            });
          },
        },
        VerifyMessage,
        ({ type }) => type === 'verified',
      );
    } finally {
      await progress.settle();
      await table.release();
    }
    if (!end) throw new Error('a verification has ended without its last message');
    const { score, foldScores } = run;
    return compare(
      { score, foldScores, proof, lockSha256: question.lockSha256 },
      { refits, end, lockSha256: ports.lockSha256 },
    );
  }

  return {
    settle,
    async perform(id: string, claim: AbortSignal): Promise<void> {
      const [row] = await db
        .update(verification)
        .set({ status: 'RUNNING' })
        .where(and(eq(verification.id, id), inArray(verification.status, ['QUEUED', 'RUNNING'])))
        .returning();
      if (!row) return;
      const directory = await mkdtemp(join(ports.workDirectory, 'verification-'));
      try {
        await cancellable(ports, verification, id, { claim }, async (signal) => {
          try {
            await settle(id, {
              status: 'SUCCEEDED',
              progress: null,
              ...(await verify(row, directory, signal)),
            });
          } catch (error) {
            if (claim.aborted) throw error;
            if (signal.aborted) return settle(id, { status: 'CANCELED' });
            const failure = failureOf(error, [StorageError, SandboxUnavailableError]);
            if (failure.code === 'INTERNAL')
              ports.log.error({ err: error, verification: id }, 'verification failed');
            await settle(id, { status: 'FAILED', failure });
          }
        });
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    },
  };
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

const limitsOf = (seconds: number, threads: number, memoryBytes: number): SandboxLimits => ({
  memoryBytes,
  diskBytes: 8 * 1024 ** 3,
  processes: 64 + 16 * threads,
  cpuSeconds: Math.ceil(seconds * (threads + 1)),
  wallSeconds: seconds,
  outputBytes: 256 * 1024,
});
