import { and, eq, inArray } from 'drizzle-orm';
import { failureOf, JobError } from '#errors.ts';
import { cancellable, type JobSignals } from '#jobs.ts';
import type { Log } from '#log.ts';
import type { Events } from '#ports/events.ts';
import type { Queue } from '#ports/queue.ts';
import { SandboxUnavailableError } from '#ports/sandbox.ts';
import { StorageError } from '#ports/storage.ts';
import { TableError } from '#tables/errors.ts';
import { compactTexts } from './compaction.ts';
import { takeEdit } from './edit.ts';
import { preprocessingEvent } from './events.ts';
import { type GenerationPorts, generate, type Written } from './generation.ts';
import { waitingFor } from './measurement.ts';
import { planSource } from './source.ts';
import { type PreprocessingRow, preprocessing } from './table.ts';
import { preprocessingTeller } from './teller.ts';

/** Of everything that a job does; a language model alone has less. */
const JOB_MILLISECONDS = 20 * 60_000;

export type PreprocessingJobPorts = GenerationPorts & { events: Events; queue: Queue; log: Log };

export type PreprocessingJobs = ReturnType<typeof preprocessingJobs>;

export function preprocessingJobs(ports: PreprocessingJobPorts) {
  const { db, events, queue } = ports;

  /** Ends the row once, whatever happened before; a plan that was accepted is measured afterwards. */
  async function settle(id: string, change: Partial<PreprocessingRow>, isMeasuring = false): Promise<void> {
    await db.transaction(async (tx) => {
      const settled = await tx
        .update(preprocessing)
        .set({ ...change, finishedAt: new Date() })
        .where(isOpen(id))
        .returning({ id: preprocessing.id });
      if (settled.length === 0) return;
      if (isMeasuring) await queue.enqueue(tx, 'preprocessing.measure', id);
      await events.append(tx, id, [preprocessingEvent('PreprocessingFinished', { isMeasuring })]);
    });
  }

  async function settleWritten(row: PreprocessingRow, written: Written): Promise<void> {
    const { steps, code, gates, verdict, change } = written;
    const plan = { ...change, steps, code, gates };
    if (verdict === 'FAILED') {
      const gate = gates.find((outcome) => outcome.verdict === 'FAILED');
      const failure = { code: 'GATE_FAILED', message: `${gate?.name ?? 'gates'}: ${gate?.detail ?? ''}` };
      return settle(row.id, { ...plan, status: 'FAILED', failure });
    }
    if (verdict === 'UNDECIDED') return settle(row.id, { ...plan, status: 'SUCCEEDED', decision: 'PENDING' });
    const generator = (change.generator ?? row.generator) === 'CLAUDE' ? 'CLAUDE' : 'RULES';
    const accepted = { revision: change.revision ?? row.revision, generator, steps, code, gates } as const;
    const waiting = waitingFor(steps);
    await settle(row.id, { ...plan, ...waiting, status: 'SUCCEEDED', decision: null, accepted }, true);
  }

  /** The row as a job of this worker; null when it has ended, or when another job has it. */
  function take(id: string, isRepeated: boolean): Promise<PreprocessingRow | null> {
    return db.transaction(async (tx) => {
      const [found] = await tx.select().from(preprocessing).where(isOpen(id)).for('update');
      // RUNNING at the first attempt: the job of a revision that was cancelled while it was QUEUED came late
      if (!found || (found.status === 'RUNNING' && !isRepeated)) return null;
      const change = { status: 'RUNNING', startedAt: new Date() } as const;
      await tx.update(preprocessing).set(change).where(eq(preprocessing.id, id));
      const { revision } = found;
      await events.append(tx, id, [preprocessingEvent('PreprocessingStarted', { revision })]);
      return { ...found, ...change };
    });
  }

  return {
    settle,
    /**
     * Writes the plan, or reads an edit of it, and has the gates look at it. Ends the row in every case. Unattended,
     * there is nobody to decide what the gates cannot; repeated, a lost worker may have begun it.
     */
    async perform(
      id: string,
      signals: JobSignals,
      { isAttended, isRepeated }: { isAttended: boolean; isRepeated: boolean },
    ): Promise<PreprocessingRow> {
      const row = await take(id, isRepeated);
      if (row) {
        const deadline = AbortSignal.timeout(JOB_MILLISECONDS);
        await cancellable(ports, preprocessing, id, signals, async (canceled) => {
          const teller = preprocessingTeller(ports, id);
          try {
            const signal = AbortSignal.any([canceled, deadline]);
            const source = await planSource(db, row);
            const options = { teller, isAttended, isRepeated };
            const work = row.origin === 'GENERATED' ? generate : takeEdit;
            const written = await work(ports, source, options, signal);
            await teller.settle();
            canceled.throwIfAborted();
            await settleWritten(row, written);
          } catch (error) {
            if (signals.claim.aborted) throw error;
            await teller.settle().catch(() => {});
            if (canceled.aborted) return settle(id, { status: 'CANCELED' });
            const failure = deadline.aborted
              ? tooLong
              : failureOf(error, [SandboxUnavailableError, StorageError, TableError]);
            if (failure.code === 'INTERNAL')
              ports.log.error({ err: error, preprocessing: id }, 'preprocessing failed');
            await settle(id, { status: 'FAILED', failure });
          }
        });
        await compactTexts(ports, id).catch((error) => {
          ports.log.warn({ err: error, preprocessing: id }, 'the written texts could not be put together');
        });
      }
      const [ended] = await db.select().from(preprocessing).where(eq(preprocessing.id, id));
      if (!ended) throw new JobError('PREPROCESSING_NOT_FOUND', 'The preprocessing was deleted meanwhile.');
      return ended;
    },
  };
}

const isOpen = (id: string) =>
  and(eq(preprocessing.id, id), inArray(preprocessing.status, ['QUEUED', 'RUNNING']));

const tooLong = {
  code: 'PREPROCESSING_TOO_LONG',
  message: 'Writing and checking it took longer than twenty minutes. Try again with fewer or simpler steps.',
};
