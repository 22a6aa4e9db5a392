import { and, desc, eq, isNull } from 'drizzle-orm';
import type { DatasetColumn, Dialect } from '#contract/table.ts';
import type { Db, Tx } from '#db.ts';
import { authorise, signedIn, type Viewer } from '#domains/account/authorise.ts';
import type { StoredObjects } from '#domains/stored-object/service.ts';
import { ConflictError, NotFoundError, ValidationError } from '#errors.ts';
import { decodeId, encodeId, notFound } from '#ids.ts';
import type { Links } from '#links.ts';
import { containing, type Newest, olderThan } from '#paging.ts';
import type { Events } from '#ports/events.ts';
import type { Queue } from '#ports/queue.ts';
import type { Storage } from '#ports/storage.ts';
import { readPreview } from '#tables/preview.ts';
import { type Dependents, datasetInUse } from './deletion.ts';
import { ingestion } from './ingestion.ts';
import { type DatasetRow, dataset } from './table.ts';

const MAX_NAME_LENGTH = 255;

export type DatasetPorts = {
  db: Db;
  events: Events;
  queue: Queue;
  storage: Storage;
  objects: StoredObjects;
  links: Links;
  maxUploadBytes: number;
  workDirectory: string;
  dependents: Dependents;
};

/** A file of the store and what it is called outside. */
export type Downloadable = { key: string; name: string; mediaType: string; sha256: string | null };

export type DatasetService = ReturnType<typeof datasetService>;

export function datasetService(ports: DatasetPorts) {
  const { db, storage, links } = ports;

  async function find(viewer: Viewer | null, globalId: string, path?: string[]): Promise<DatasetRow> {
    const id = decodeId('Dataset', globalId, path);
    const [row] = await db.select().from(dataset).where(eq(dataset.id, id));
    return authorise(viewer, row, 'Dataset', path);
  }

  const startIngestion = ingestion(ports);

  return {
    find,

    /**
     * Keeps a dataset from being deleted until the transaction ends, which makes something of it.
     * @throws NotFoundError when it has been deleted since it was found.
     */
    async hold(tx: Tx, id: string, path?: string[]): Promise<void> {
      const held = await tx
        .select({ id: dataset.id })
        .from(dataset)
        .where(and(eq(dataset.id, id), isNull(dataset.deletedAt)))
        .for('key share');
      if (held.length === 0) throw notFound('Dataset', path);
    },

    async update(
      viewer: Viewer | null,
      input: {
        datasetId: string;
        name?: string | null | undefined;
        dialect?: Partial<Dialect> | null | undefined;
        columnTypes?: { name: string; type: DatasetColumn['type'] }[] | null | undefined;
      },
    ): Promise<string> {
      const row = await find(viewer, input.datasetId, ['input', 'datasetId']);
      const name = input.name?.trim();
      if (name !== undefined && (name.length === 0 || name.length > MAX_NAME_LENGTH)) {
        throw new ValidationError('NAME_INVALID', `Use 1 to ${MAX_NAME_LENGTH} characters.`, {
          path: ['input', 'name'],
        });
      }
      const known = new Set(row.columns?.map((column) => column.name));
      input.columnTypes?.forEach((override, index) => {
        if (!known.has(override.name)) {
          throw new ValidationError('COLUMN_NOT_FOUND', `There is no column “${override.name}”.`, {
            path: ['input', 'columnTypes', String(index), 'name'],
          });
        }
      });
      const rereads = Boolean(input.dialect ?? input.columnTypes);
      if (rereads && (row.status === 'UPLOADING' || row.status === 'INGESTING')) {
        throw new ConflictError(
          'DATASET_BUSY',
          'The file is still being read. Wait until it is READY or REJECTED.',
          { retryable: true },
        );
      }
      if (rereads && row.storageKey === null) {
        throw new ConflictError('FILE_MISSING', 'The file never arrived whole. Upload it again.', {
          path: ['input', 'datasetId'],
        });
      }
      if (rereads && (await ports.dependents.inUse(db, row.id))) throw datasetInUse();
      await db.transaction(async (tx) => {
        if (name !== undefined) await tx.update(dataset).set({ name }).where(eq(dataset.id, row.id));
        if (!rereads) return;
        const overrides = {
          ...row.overrides,
          ...(input.dialect ? { dialect: input.dialect } : {}),
          ...(input.columnTypes ? { columnTypes: input.columnTypes } : {}),
        };
        await tx.update(dataset).set({ overrides }).where(eq(dataset.id, row.id));
        await startIngestion(tx, row.id, ['READY', 'REJECTED']);
      });
      return row.id;
    },

    /** Newest first; `limit` rows after the cursor (moment and id of the last row seen). */
    async page(
      viewer: Viewer | null,
      options: {
        search?: string | null | undefined;
        after?: Newest | undefined;
        limit: number;
      },
    ): Promise<DatasetRow[]> {
      const { accountId } = signedIn(viewer);
      const { search, after, limit } = options;
      return db
        .select()
        .from(dataset)
        .where(
          and(
            eq(dataset.ownerId, accountId),
            isNull(dataset.deletedAt),
            containing([dataset.name, dataset.fileName], search),
            olderThan(dataset, after),
          ),
        )
        .orderBy(desc(dataset.createdAt), desc(dataset.id))
        .limit(limit);
    },

    /** The first rows as objects by column name, without a prototype that a column's name could reach. */
    async preview(row: DatasetRow, first: number): Promise<Record<string, unknown>[] | null> {
      if (row.status !== 'READY' || !row.parquetKey || !row.columns) return null;
      const { columns } = row;
      const file = await storage.open(row.parquetKey);
      try {
        const rows = await readPreview(file.path, columns, first, ports.workDirectory);
        return rows.map((cells) => {
          const named: Record<string, unknown> = Object.create(null);
          columns.forEach((column, index) => {
            named[column.name] = cells[index] ?? null;
          });
          return named;
        });
      } finally {
        await file.release();
      }
    },

    downloadLink(row: DatasetRow, expiresInSeconds: number) {
      const expiresAt = new Date(Date.now() + expiresInSeconds * 1_000);
      return links.sign(`/datasets/${encodeId('Dataset', row.id)}/file`, {
        method: 'GET',
        key: row.id,
        expiresAt,
      });
    },

    /** The file behind a signed link. @throws NotFoundError LINK_INVALID. */
    async downloadable(globalId: string, parameters: URLSearchParams): Promise<Downloadable> {
      const id = decodeId('Dataset', globalId);
      const [row] = await db.select().from(dataset).where(eq(dataset.id, id));
      const key = row?.storageKey;
      if (!row || row.deletedAt || !key || links.permits(parameters, 'GET', row.id) !== 'YES') {
        throw new NotFoundError('LINK_INVALID', 'This link is not valid or has expired.');
      }
      return { key, name: row.fileName, mediaType: 'application/octet-stream', sha256: row.sha256 };
    },
  };
}
