import { eq } from 'drizzle-orm';
import type { GenerationUsage, PlannedStep } from '#contract/preprocessing.ts';
import type { Db } from '#db.ts';
import { coalesced } from '#jobs.ts';
import type { Events } from '#ports/events.ts';
import { type PreprocessingPayloads, preprocessingEvent } from './events.ts';
import { preprocessing } from './table.ts';

const TEXT_MILLISECONDS = 80;
const USAGE_MILLISECONDS = 250;

export type Teller = ReturnType<typeof preprocessingTeller>;

/** Tells the followers of one job what it does, in order. */
export function preprocessingTeller({ db, events }: { db: Db; events: Events }, id: string) {
  let attempt = 1;
  let text = '';
  let told = 0;
  let usage: GenerationUsage | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const texts = coalesced<null>(TEXT_MILLISECONDS, () => inOrder(writeText));
  const usages = coalesced<null>(USAGE_MILLISECONDS, () => inOrder(writeUsage));

  /** One write after another. */
  function inOrder(work: () => Promise<void>): Promise<void> {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  }

  async function writeText(): Promise<void> {
    const part = text.slice(told);
    if (part === '') return;
    const entry = preprocessingEvent('TextGenerated', { attempt, offset: told, text: part });
    await db.transaction((tx) => events.append(tx, id, [entry]));
    told += part.length;
  }

  async function writeUsage(): Promise<void> {
    const value = usage;
    if (!value) return;
    await db.transaction(async (tx) => {
      await tx.update(preprocessing).set({ usage: value }).where(eq(preprocessing.id, id));
      await events.append(tx, id, [preprocessingEvent('UsageChanged', { usage: value })]);
    });
    if (usage === value) usage = null;
  }

  /** Writes what still waits, then does `work`. */
  async function after(work: () => Promise<void>): Promise<void> {
    await texts.settle();
    await usages.settle();
    await inOrder(async () => {
      await writeText();
      await writeUsage();
      await work();
    });
  }

  return {
    tell: <Name extends keyof PreprocessingPayloads>(type: Name, payload: PreprocessingPayloads[Name]) =>
      after(() => db.transaction((tx) => events.append(tx, id, [preprocessingEvent(type, payload)]))),
    settle: () => after(async () => {}),
    listener: {
      text(delta: string): void {
        // what jsonb cannot hold
        text += delta.toWellFormed().replaceAll('\0', '\ufffd');
        texts.push(null);
      },
      usage(value: GenerationUsage): void {
        usage = value;
        usages.push(null);
      },
    },
    /** The text that follows belongs to another draft. */
    beginAttempt: (number: number) =>
      after(async () => {
        attempt = number;
        text = '';
        told = 0;
      }),
    /** Keeps a plan on the row, so that it is seen while the gates look at it. */
    plan: (revision: number, steps: PlannedStep[]) =>
      after(() =>
        db.transaction(async (tx) => {
          await tx.update(preprocessing).set({ revision, steps, gates: [] }).where(eq(preprocessing.id, id));
          await events.append(tx, id, [preprocessingEvent('StepsPlanned', { revision, steps })]);
        }),
      ),
  };
}
