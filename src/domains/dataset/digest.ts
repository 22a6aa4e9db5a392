import { eq } from 'drizzle-orm';
import type { Db, Tx } from '#db.ts';
import { storedObject } from '#domains/stored-object/table.ts';
import type { DatasetRow } from './table.ts';

/** SHA-256 of the table that was made of a dataset's file; null while there is none. */
export async function tableDigest(
  connection: Db | Tx,
  { parquetKey }: Pick<DatasetRow, 'parquetKey'>,
): Promise<string | null> {
  if (!parquetKey) return null;
  const [found] = await connection
    .select({ sha256: storedObject.sha256 })
    .from(storedObject)
    .where(eq(storedObject.key, parquetKey));
  return found?.sha256 ?? null;
}
