import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import type { RunnerArtifact } from '#contract/runner-messages.ts';
import type { Tx } from '#db.ts';
import type { StoredObjects } from '#domains/stored-object/service.ts';
import { newId } from '#ids.ts';
import type { Log } from '#log.ts';
import { artifact } from './table.ts';

/** What the plan's own code is kept as, beside the model. */
export const CODE_NAME = 'pipeline.py';

export type StoredFile = RunnerArtifact & { storageKey: string; fold?: number };

/** A file on this host that every run of a training needs beside its model. */
export type Companion = { name: string; mediaType: string; path: string; fold?: number };

/** Brings a file of a job to a path and tells whether it was there. */
export type Fetch = (name: string, path: string) => Promise<boolean>;

export type ModelFiles = ReturnType<typeof modelFiles>;

/** The files of an experiment's runs on their way from the sandbox to the store. */
export function modelFiles(
  { objects, log }: { objects: StoredObjects; log: Log },
  ownerId: string,
  directory: string,
) {
  let companions: readonly Companion[] = [];
  let storedCompanions: Promise<StoredFile[]> | null = null;

  async function storeCompanions(): Promise<StoredFile[]> {
    const stored: StoredFile[] = [];
    for (const { path, ...file } of companions) {
      const { key, sha256, byteSize } = await objects.putFile(ownerId, 'model', path);
      stored.push({ ...file, sha256, byteSize, storageKey: key });
    }
    return stored;
  }

  async function add(tx: Tx, runId: string, files: readonly StoredFile[]): Promise<void> {
    for (const file of files) {
      const storageKey = await objects.share(tx, file.storageKey);
      await tx.insert(artifact).values({ ...file, storageKey, ownerId, modelRunId: runId });
    }
  }

  return {
    /** From now on every run has these files too; they are moved to the store when the first run has its own. */
    accompany(files: readonly Companion[]): void {
      companions = files;
    },
    /**
     * Stores what a run has promised, each file held against its checksum. Null when one is missing or differs: then
     * none is kept.
     */
    async store(
      runId: string,
      promised: readonly RunnerArtifact[],
      fetch: Fetch,
    ): Promise<StoredFile[] | null> {
      const stored: StoredFile[] = [];
      for (const file of promised) {
        const path = join(directory, newId());
        const kept = (await fetch(file.name, path).catch(() => false))
          ? await objects.putFile(ownerId, 'model', path)
          : null;
        await rm(path, { force: true });
        if (kept) stored.push({ ...file, storageKey: kept.key });
        if (kept?.sha256 === file.sha256) continue;
        for (const part of stored) await objects.discard(part.storageKey);
        log.info({ run: runId, file: file.name }, 'a model file is not there, or not the promised one');
        return null;
      }
      storedCompanions ??= storeCompanions();
      return [...stored, ...(await storedCompanions)];
    },
    /** Makes stored files those of a run, in place of its earlier ones, which the sweep removes. */
    async replace(tx: Tx, runId: string, files: readonly StoredFile[]): Promise<void> {
      await tx.delete(artifact).where(eq(artifact.modelRunId, runId));
      await add(tx, runId, files);
    },
    /** Gives a run more stored files than it has. */
    add,
  };
}

/** Brings a file that was collected when the job had ended. */
export const movedFrom =
  (directory: string): Fetch =>
  (name, path) =>
    rename(join(directory, name), path).then(
      () => true,
      () => false,
    );
