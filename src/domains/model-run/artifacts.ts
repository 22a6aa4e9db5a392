import { and, eq, isNull } from 'drizzle-orm';
import type { Db } from '#db.ts';
import type { Downloadable } from '#domains/dataset/service.ts';
import { NotFoundError } from '#errors.ts';
import { isRowId } from '#ids.ts';
import type { Links } from '#links.ts';
import { type ArtifactRow, artifact, modelRun, predictionJob } from './table.ts';

export type ArtifactService = ReturnType<typeof artifactService>;

/** Files that runs and prediction jobs leave, fetched by signed links. */
export function artifactService({ db, links }: { db: Db; links: Links }) {
  async function find(id: string): Promise<ArtifactRow | undefined> {
    const [found] = await db
      .select({ row: artifact })
      .from(artifact)
      .leftJoin(modelRun, eq(modelRun.id, artifact.modelRunId))
      .leftJoin(predictionJob, eq(predictionJob.id, artifact.predictionJobId))
      .where(
        and(
          ...[eq(artifact.id, id), isNull(artifact.fold)],
          ...[isNull(modelRun.deletedAt), isNull(predictionJob.deletedAt)],
        ),
      );
    return found?.row;
  }

  return {
    downloadLink(row: ArtifactRow, expiresInSeconds: number) {
      const expiresAt = new Date(Date.now() + expiresInSeconds * 1_000);
      return links.sign(`/artifacts/${row.id}`, { method: 'GET', key: row.id, expiresAt });
    },
    /** The file behind a signed link. @throws NotFoundError LINK_INVALID. */
    async downloadable(id: string, parameters: URLSearchParams): Promise<Downloadable> {
      const row = isRowId(id) ? await find(id) : undefined;
      if (!row || links.permits(parameters, 'GET', row.id) !== 'YES')
        throw new NotFoundError('LINK_INVALID', 'This link is not valid or has expired.');
      return { key: row.storageKey, name: row.name, mediaType: row.mediaType, sha256: row.sha256 };
    },
  };
}
