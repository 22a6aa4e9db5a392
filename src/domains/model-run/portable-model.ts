import { and, eq } from 'drizzle-orm';
import type { MessageOf } from '#contract/runner-messages.ts';
import type { Db, Tx } from '#db.ts';
import type { Events } from '#ports/events.ts';
import { modelRunEvent } from './events.ts';
import type { Fetch, ModelFiles, StoredFile } from './model-files.ts';
import { artifact, modelRun, type PortableModel } from './table.ts';

const nothing = { score: null, gap: null, members: [], parity: null, artifactName: null };

/** Neither a file nor a reason why there is none. */
export const isBeingMade = ({ artifactName, reason }: PortableModel): boolean =>
  artifactName === null && reason === null;

/**
 * Says of the best run that its portable model is being made. An experiment has one: those of earlier trainings go,
 * with their files, which the sweep removes.
 */
export async function beginPortableModel(
  events: Events,
  tx: Tx,
  experimentId: string,
  runId: string,
): Promise<void> {
  const runs = await tx.select().from(modelRun).where(eq(modelRun.experimentId, experimentId));
  for (const { id, portableModel } of runs) {
    const file = portableModel?.artifactName ?? null;
    if (file !== null)
      await tx.delete(artifact).where(and(eq(artifact.modelRunId, id), eq(artifact.name, file)));
    if (portableModel) await tx.update(modelRun).set({ portableModel: null }).where(eq(modelRun.id, id));
  }
  const portableModel = { ...nothing, reason: null };
  await tx.update(modelRun).set({ portableModel }).where(eq(modelRun.id, runId));
  await events.append(tx, runId, [modelRunEvent('PortableModelStarted', {})]);
}

/** The run that the runner goes on to make a portable model of. */
export const exportedRun = (
  finished: MessageOf<'finished'> | null,
  runIds: ReadonlyMap<string, string>,
): string | undefined =>
  finished && finished.stopReason !== 'CANCELED' ? runIds.get(finished.bestAlgorithm) : undefined;

/** Keeps what the runner told, if it did, with the file. `hold` throws when the run is somebody else's by now. */
export async function keepPortableModel(
  { db, events, files }: { db: Db; events: Events; files: ModelFiles },
  runId: string,
  message: MessageOf<'portable'> | null,
  fetch: Fetch,
  hold: (tx: Tx) => Promise<void>,
): Promise<void> {
  await db.transaction(hold);
  const promised = message?.artifact;
  const stored = (promised && (await files.store(runId, [promised], fetch)))?.[0] ?? null;
  await db.transaction(async (tx) => {
    await hold(tx);
    if (stored) await files.add(tx, runId, [stored]);
    await endPortableModel(events, tx, runId, message, stored);
  });
}

async function endPortableModel(
  events: Events,
  tx: Tx,
  runId: string,
  message: MessageOf<'portable'> | null,
  stored: StoredFile | null,
): Promise<void> {
  const portableModel = toldOf(message, stored);
  await tx.update(modelRun).set({ portableModel }).where(eq(modelRun.id, runId));
  await events.append(tx, runId, [modelRunEvent('PortableModelFinished', {})]);
}

/** Ends those of an experiment that nobody makes any more. */
export async function abandonPortableModels(
  { db, events }: { db: Db; events: Events },
  experimentId: string,
): Promise<void> {
  await db.transaction(async (tx) => {
    const runs = await tx
      .select()
      .from(modelRun)
      .where(eq(modelRun.experimentId, experimentId))
      .for('update');
    for (const { id, portableModel } of runs)
      if (portableModel && isBeingMade(portableModel)) await endPortableModel(events, tx, id, null, null);
  });
}

function toldOf(message: MessageOf<'portable'> | null, stored: StoredFile | null): PortableModel {
  if (!message) return { ...nothing, reason: 'Its making was cut short. Train further to have one.' };
  const { type: _type, algorithm: _algorithm, artifact: promised, ...told } = message;
  if (!promised || stored) return { ...told, artifactName: stored?.name ?? null };
  return { ...nothing, reason: 'The file did not arrive whole. Train further to have one.' };
}
