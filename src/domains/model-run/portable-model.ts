import { and, eq } from 'drizzle-orm';
import type { MessageOf } from '#contract/runner-messages.ts';
import type { Tx } from '#db.ts';
import type { StoredFile } from './model-files.ts';
import { artifact, modelRun, type PortableModel } from './table.ts';

/** What the portable model of a training is told as; `stored`: its file, where there is one and it has arrived. */
export function portableModelOf(
  { type: _type, algorithm: _algorithm, artifact: file, reason, ...told }: MessageOf<'portable'>,
  stored: StoredFile | null,
): PortableModel {
  if (!file || stored) return { ...told, reason, artifactName: stored?.name ?? null };
  const lost = 'The file did not arrive whole. Train again.';
  return { score: null, gap: null, members: [], parity: null, reason: lost, artifactName: null };
}

/** An experiment has one portable model: those of earlier trainings go, with their files, which the sweep removes. */
export async function dropPortableModels(tx: Tx, experimentId: string): Promise<void> {
  const runs = await tx.select().from(modelRun).where(eq(modelRun.experimentId, experimentId));
  for (const { id, portableModel } of runs) {
    if (!portableModel) continue;
    const file = portableModel.artifactName;
    if (file !== null)
      await tx.delete(artifact).where(and(eq(artifact.modelRunId, id), eq(artifact.name, file)));
    await tx.update(modelRun).set({ portableModel: null }).where(eq(modelRun.id, id));
  }
}
