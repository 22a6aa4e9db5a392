import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import type { RunnerArtifact } from '#contract/runner.ts';
import type { Tx } from '#db.ts';
import { newId } from '#ids.ts';
import type { Log } from '#log.ts';
import type { Storage } from '#ports/storage.ts';
import { artifact } from './table.ts';

export type StoredFile = RunnerArtifact & { storageKey: string };

/** The files of an experiment's runs on their way from the sandbox to the store. */
export function modelFiles(
  { storage, log }: { storage: Storage; log: Log },
  ownerId: string,
  directory: string,
) {
  /** Replaced, and to be removed once the transaction that did it is through. */
  const outdated: string[] = [];

  return {
    /**
     * Stores what a run has promised, each file held against its checksum. `fetch` brings a file to a path and tells
     * whether it was there. Null when one is missing or differs: then none is kept.
     */
    async store(
      runId: string,
      promised: readonly RunnerArtifact[],
      fetch: (name: string, path: string) => Promise<boolean>,
    ): Promise<StoredFile[] | null> {
      const stored: StoredFile[] = [];
      for (const file of promised) {
        const storageKey = `artifacts/${ownerId}/${runId}/${newId()}`;
        const path = join(directory, newId());
        const kept = (await fetch(file.name, path).catch(() => false))
          ? await storage.putFile(storageKey, path)
          : null;
        await rm(path, { force: true });
        if (kept) stored.push({ ...file, storageKey });
        if (kept?.sha256 === file.sha256) continue;
        for (const part of stored) await storage.remove(part.storageKey);
        log.info({ run: runId, file: file.name }, 'a model file is not there, or not the promised one');
        return null;
      }
      return stored;
    },
    /** Makes stored files those of a run, in place of its earlier ones. */
    async replace(tx: Tx, runId: string, files: readonly StoredFile[]): Promise<void> {
      const gone = await tx.delete(artifact).where(eq(artifact.modelRunId, runId)).returning();
      outdated.push(...gone.map(({ storageKey }) => storageKey));
      if (files.length > 0)
        await tx.insert(artifact).values(files.map((file) => ({ ...file, ownerId, modelRunId: runId })));
    },
    /** Removes what has been replaced from the store; after the commit. */
    async sweep(): Promise<void> {
      for (const storageKey of outdated.splice(0)) await storage.remove(storageKey);
    },
  };
}
