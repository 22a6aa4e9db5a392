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
  const texts = coalesced<null>(TEXT_MILLISECONDS, flushText);
  const usages = coalesced<GenerationUsage>(USAGE_MILLISECONDS, saveUsage);

  async function tell<Name extends keyof PreprocessingPayloads>(
    type: Name,
    payload: PreprocessingPayloads[Name],
  ): Promise<void> {
    await settle();
    await db.transaction((tx) => events.append(tx, id, [preprocessingEvent(type, payload)]));
  }

  async function flushText(): Promise<void> {
    const part = text.slice(told);
    if (part === '') return;
    const entry = preprocessingEvent('TextGenerated', { attempt, offset: told, text: part });
    await db.transaction((tx) => events.append(tx, id, [entry]));
    told += part.length;
  }

  async function saveUsage(value: GenerationUsage): Promise<void> {
    await db.transaction(async (tx) => {
      await tx.update(preprocessing).set({ usage: value }).where(eq(preprocessing.id, id));
      await events.append(tx, id, [preprocessingEvent('UsageChanged', { usage: value })]);
    });
    if (usage === value) usage = null;
  }

  /** Writes what still waits. */
  async function settle(): Promise<void> {
    await texts.settle();
    await flushText();
    await usages.settle();
    if (usage) await saveUsage(usage);
  }

  return {
    tell,
    settle,
    listener: {
      text(delta: string): void {
        // what jsonb cannot hold
        text += delta.toWellFormed().replaceAll('\0', '\ufffd');
        texts.push(null);
      },
      usage(value: GenerationUsage): void {
        usage = value;
        usages.push(value);
      },
    },
    /** The text that follows belongs to another draft. */
    async beginAttempt(number: number): Promise<void> {
      await settle();
      attempt = number;
      text = '';
      told = 0;
    },
    /** Keeps a plan on the row, so that it is seen while the gates look at it. */
    async plan(revision: number, steps: PlannedStep[]): Promise<void> {
      await settle();
      await db.transaction(async (tx) => {
        await tx.update(preprocessing).set({ revision, steps, gates: [] }).where(eq(preprocessing.id, id));
        await events.append(tx, id, [preprocessingEvent('StepsPlanned', { revision, steps })]);
      });
    },
  };
}
