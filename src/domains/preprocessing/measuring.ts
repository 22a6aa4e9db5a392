import { setTimeout as delay } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { algorithmLabel } from '#catalog.ts';
import { type Effect, hasOwnCode, type PlannedStep, type StepEffect } from '#contract/preprocessing.ts';
import type { Tx } from '#db.ts';
import { failureOf } from '#errors.ts';
import type { Log } from '#log.ts';
import type { Events, NewEvent } from '#ports/events.ts';
import { SandboxUnavailableError } from '#ports/sandbox.ts';
import { StorageError } from '#ports/storage.ts';
import { TableError } from '#tables/errors.ts';
import { preprocessingEvent } from './events.ts';
import { type Measured, measurePlans, type PlanToMeasure } from './gates/measure.ts';
import { plannedSteps, prepareFolds } from './gates/scores.ts';
import { stopMeasuring } from './measurement.ts';
import { type BenchPorts, openSourceBench, planSource, type SourceBench } from './source.ts';
import { type AcceptedPlan, type PreprocessingRow, preprocessing } from './table.ts';
import { bestProxy, changesOf, comparisonOf, effectOf, scoresOf } from './worth.ts';

const MAX_STEPS = 20;
/** For a plan and all its steps. */
const SECONDS = 240;
const IDLE_POLL_MILLISECONDS = 2_000;
const MAX_WAIT_MILLISECONDS = 30 * 60_000;

export type MeasuringPorts = BenchPorts & {
  events: Events;
  log: Log;
  /** Whether a training runs: it has a budget of time, which nothing here may eat. */
  isTraining(): Promise<boolean>;
};

/** Finds out in the background what an accepted plan and each of its steps is worth: on one core, when nobody trains. */
export function preprocessingMeasuring(ports: MeasuringPorts) {
  const { db, events } = ports;
  const modest = { ...ports, threads: 1 };

  async function locked<Result>(
    id: string,
    work: (tx: Tx, row: PreprocessingRow) => Promise<Result>,
  ): Promise<Result | null> {
    return db.transaction(async (tx) => {
      const [row] = await tx.select().from(preprocessing).where(eq(preprocessing.id, id)).for('update');
      return row ? work(tx, row) : null;
    });
  }

  /** Ends the measuring of a row, if it has not ended. */
  const giveUp = (id: string, reason: string) =>
    locked(id, (tx, row) => stopMeasuring(events, tx, row, reason));

  /** Changes a row whose measuring still has a taker. @throws Superseded, Unmeasured. */
  async function save(
    id: string,
    plan: AcceptedPlan,
    change: (row: PreprocessingRow) => Partial<PreprocessingRow>,
    told: NewEvent,
  ): Promise<void> {
    await locked(id, async (tx, row) => {
      if (row.deletedAt) throw new Unmeasured(GONE);
      if (!isWanted(row, plan)) throw new Superseded();
      await tx.update(preprocessing).set(change(row)).where(eq(preprocessing.id, id));
      await events.append(tx, id, [told]);
    });
  }

  const saveEffect = (id: string, plan: AcceptedPlan, position: number, effect: StepEffect) =>
    save(
      id,
      plan,
      ({ effects }) => ({
        effects: (effects ?? []).map((old, place) => (place === position ? effect : old)),
      }),
      preprocessingEvent('StepMeasured', { position, effect }),
    );

  async function measureAll(row: PreprocessingRow, plan: AcceptedPlan, signal: AbortSignal): Promise<void> {
    const source = await planSource(db, row);
    const { metric } = source.request;
    const opened = await openSourceBench(modest, source, [], signal);
    try {
      const { bench } = opened;
      const until = performance.now() + SECONDS * 1_000;
      const measure = (plans: PlanToMeasure[], describe: boolean): Promise<Measured> => {
        const seconds = (until - performance.now()) / 1_000;
        return measurePlans(bench, bench.piece, plans, { metric, describe, seconds }, signal);
      };
      const rows = bench.piece.rowCount;
      const table = { metric, foldsPerRepeat: bench.foldsPerRepeat, rows };
      const first = await measure([await whole(opened, plan, signal), plannedSteps(bench, [])], true);
      const of = (place: number) => first.scores.filter((score) => score.plan === place);
      const proxy = bestProxy(of(0), metric);
      const failed = first.failures.find((failure) => failure.plan === 0);
      if (!proxy || failed)
        throw new Unmeasured(failed?.message ?? 'It took too long to measure the whole plan.');
      const known = scoresOf(of(0), proxy);
      const effect = effectOf({ with: known, without: scoresOf(of(1), proxy) }, table);
      const columns = (place: number) => first.columns.filter((column) => column.plan === place);
      const comparison = comparisonOf(rows, changesOf(columns(1), columns(0)), effect);
      await save(row.id, plan, () => ({ comparison }), preprocessingEvent('ComparisonReady', {}));

      const refusal = whyNotSteps(plan.steps);
      for (const position of plan.steps.keys()) {
        if (row.effects?.[position]?.status === 'MEASURED') continue;
        const isLate = performance.now() > until;
        if (refusal || isLate) {
          await saveEffect(row.id, plan, position, notMeasured(refusal ?? TOO_LONG));
          continue;
        }
        const others = plan.steps.filter((_, place) => place !== position);
        const { scores, failures } = await measure([plannedSteps(bench, others)], false);
        const [failure] = failures;
        const found = effectOf({ with: known, without: scoresOf(scores, proxy) }, table);
        await saveEffect(
          row.id,
          plan,
          position,
          failure
            ? notMeasured(`Without it the plan does not run: ${failure.message}`)
            : effectIn(found, proxy),
        );
      }
    } finally {
      await opened.close();
    }
  }

  /** The plan as the trainer takes it. */
  async function whole(
    { bench }: SourceBench,
    plan: AcceptedPlan,
    signal: AbortSignal,
  ): Promise<PlanToMeasure> {
    if (!hasOwnCode(plan.steps)) return plannedSteps(bench, plan.steps);
    const { folds } = await bench.cuts();
    const { directory, limits, subject } = bench;
    const jobs = {
      ...{ sandbox: ports.sandbox, owner: subject.ownerId, limits: limits.job },
      directory,
      signal,
    };
    return prepareFolds(bench, 'measured', plan.code, folds, jobs);
  }

  /** Waits for a server without trainings. @throws Unmeasured when there is none for long. */
  async function untilIdle(signal: AbortSignal): Promise<void> {
    for (const began = performance.now(); await ports.isTraining(); ) {
      if (performance.now() - began > MAX_WAIT_MILLISECONDS)
        throw new Unmeasured('The server was busy with trainings.');
      await delay(IDLE_POLL_MILLISECONDS, undefined, { signal });
    }
  }

  return {
    giveUp,
    /** Repeated safely after a lost worker: steps that are measured stay so. */
    async measure(id: string, claim: AbortSignal): Promise<void> {
      const stopped = new AbortController();
      let plan: AcceptedPlan | null = null;
      const find = async () => (await db.select().from(preprocessing).where(eq(preprocessing.id, id)))[0];
      // an edit, a cancellation, a deletion: whoever asks for it has ended the measuring on the row; a signal that comes
      // late was about the plan before
      const forget = events.onCancel((nodeId) => {
        if (nodeId !== id) return;
        const look = async () => {
          const row = await find();
          const wanted = plan ?? row?.accepted;
          if (!row || !wanted || !isWanted(row, wanted)) stopped.abort();
        };
        look().catch(() => stopped.abort());
      });
      try {
        const signal = AbortSignal.any([claim, stopped.signal]);
        await untilIdle(signal);
        const row = await find();
        if (!row?.accepted || !isWanted(row, row.accepted)) return void (await giveUp(id, GONE));
        plan = row.accepted;
        await measureAll(row, row.accepted, signal);
        const done = {
          measurement: { status: 'MEASURED', reason: 'On rows that were not trained on.' },
        } as const;
        await save(id, row.accepted, () => done, preprocessingEvent('MeasuringFinished', {}));
      } catch (error) {
        if (claim.aborted) throw error;
        if (stopped.signal.aborted || error instanceof Superseded) return;
        await giveUp(id, reasonOf(id, error));
      } finally {
        forget();
      }
    },
  };

  function reasonOf(id: string, error: unknown): string {
    const failure = failureOf(error, [SandboxUnavailableError, StorageError, TableError]);
    if (error instanceof Unmeasured) return error.message;
    if (failure.code === 'INTERNAL') ports.log.error({ err: error, preprocessing: id }, 'measuring failed');
    return failure.message;
  }
}

const GONE = 'The preprocessing was deleted or changed before its turn came.';
const TOO_LONG = `Measuring the plan and its steps took longer than ${SECONDS / 60} minutes.`;

/** Somebody else has ended the measuring meanwhile. */
class Superseded extends Error {}
class Unmeasured extends Error {}

const isWanted = (row: PreprocessingRow, plan: AcceptedPlan) =>
  row.deletedAt === null && row.measurement?.status === 'WAITING' && row.accepted?.revision === plan.revision;

function whyNotSteps(steps: readonly PlannedStep[]): string | null {
  if (hasOwnCode(steps)) return 'A plan with code of its own is measured as a whole.';
  return steps.length > MAX_STEPS
    ? `Of a plan of more than ${MAX_STEPS} steps only the whole is measured.`
    : null;
}

const notMeasured = (reason: string): StepEffect => ({ status: 'NOT_MEASURED', reason, effect: null });

function effectIn(effect: Effect | null, proxy: string): StepEffect {
  if (!effect) return notMeasured(TOO_LONG);
  const reason = `The plan with the step and without it, by a small ${algorithmLabel(proxy)} model, on ${effect.folds} folds.`;
  return { status: 'MEASURED', reason, effect };
}
