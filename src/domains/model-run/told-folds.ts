import { and, eq, inArray } from 'drizzle-orm';
import type { Db } from '#db.ts';
import type { ExperimentEventPayloads } from '#domains/experiment/events.ts';
import type { Events } from '#ports/events.ts';
import type { KeptFold } from './kept-folds.ts';
import { modelRun, trial } from './table.ts';

const PAGE = 1_000;

/**
 * The folds that a training takes up: those that were told, of runs that go on or have ended well; each with whether the
 * end of its trial was told as well. A fold that nobody heard of is fitted again.
 */
export async function foldsToTakeUp(
  { db, events }: { db: Db; events: Events },
  experimentId: string,
  found: readonly KeptFold[],
): Promise<(KeptFold & { told: boolean })[]> {
  if (found.length === 0) return [];
  const runs = await db
    .select({ id: modelRun.id, algorithm: modelRun.algorithm })
    .from(modelRun)
    .where(and(eq(modelRun.experimentId, experimentId), inArray(modelRun.status, ['RUNNING', 'SUCCEEDED'])));
  const ids = new Map(runs.map(({ id, algorithm }) => [algorithm, id]));
  const rows = await db
    .select({ id: trial.modelRunId, number: trial.number })
    .from(trial)
    .where(inArray(trial.modelRunId, [...ids.values()]));
  const ended = new Set(rows.map(({ id, number }) => `${id} ${number}`));
  const scored = await scoredFolds(events, experimentId);
  return found.flatMap((one) => {
    const id = ids.get(one.algorithm);
    if (id === undefined || !scored.get(id)?.has(`${one.trial} ${one.fold}`)) return [];
    return [{ ...one, told: ended.has(`${id} ${one.trial}`) }];
  });
}

/** By run, what its events tell since it was begun. */
async function scoredFolds(events: Events, experimentId: string): Promise<Map<string, Set<string>>> {
  const scored = new Map<string, Set<string>>();
  for (let after = 0; ; ) {
    const page = await events.read(experimentId, after, PAGE);
    for (const { type, payload } of page) {
      if (type === 'RunStarted') {
        const { modelRunId } = payload as ExperimentEventPayloads['RunStarted'];
        scored.set(modelRunId, new Set());
      } else if (type === 'FoldScored') {
        const { modelRunId, trial: number, fold } = payload as ExperimentEventPayloads['FoldScored'];
        scored.get(modelRunId)?.add(`${number} ${fold}`);
      }
    }
    const last = page.at(-1);
    if (!last) return scored;
    after = last.sequence;
  }
}
