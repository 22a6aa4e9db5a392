import type { AnalysisReport, ColumnProfile } from '#contract/report.ts';
import { type Engine, inBatches } from '#tables/engine.ts';
import type { ProfiledColumn } from './columns.ts';

/** Arguments of one call of hash(). */
const hashedTogether = 200;
const textOverheadBytes = 16;

/** Rows, repeated rows and the size in memory. */
export async function measureTable(
  engine: Engine,
  columns: ProfiledColumn[],
): Promise<Pick<AnalysisReport['overview'], 'rowCount' | 'memoryBytes' | 'duplicateRows'>> {
  const hashes = inBatches(columns, hashedTogether).map(
    (batch) => `hash(${batch.map(({ physicalName }) => physicalName).join(', ')})`,
  );
  const [rows, distinct] = (
    await engine.row(`SELECT count(*), count(DISTINCT hash(${hashes.join(', ')})) FROM t`)
  ).map(Number);
  const rowCount = rows ?? 0;
  let memoryBytes = 0;
  const texts = columns.filter(({ physicalType }) => physicalType === 'VARCHAR');
  memoryBytes += (columns.length - texts.length) * rowCount * 8 + texts.length * rowCount * textOverheadBytes;
  for (const batch of inBatches(texts, hashedTogether)) {
    const parts = batch.map(({ physicalName }) => `coalesce(sum(strlen(${physicalName})), 0)`);
    memoryBytes += Number((await engine.row(`SELECT (${parts.join(' + ')})::DOUBLE FROM t`))[0]);
  }
  return { rowCount, memoryBytes, duplicateRows: rowCount - (distinct ?? 0) };
}

/** Groups of columns that hold the same value in every row; constants are left out. */
export async function findCopies(engine: Engine, profiles: ColumnProfile[]): Promise<string[][]> {
  const alike = new Map<string, string[]>();
  for (const { column, distinctCount, valueCount, isConstant, numeric } of profiles) {
    if (isConstant) continue;
    const key = `${distinctCount}/${valueCount}/${numeric?.mean ?? ''}`;
    alike.set(key, [...(alike.get(key) ?? []), column]);
  }
  const candidates = [...alike.values()].filter((columns) => columns.length > 1).flat();
  const groups = new Map<string, string[]>();
  for (const batch of inBatches(candidates, hashedTogether)) {
    // The place is hashed within the text: hashes that are combined by XOR would cancel out in a sum over rows.
    const parts = batch.map(
      (column) => `sum(hash(CAST(${column} AS VARCHAR) || '/' || rowid)::HUGEINT)::VARCHAR`,
    );
    const row = await engine.row(`SELECT ${parts.join(', ')} FROM t`);
    for (const [index, column] of batch.entries()) {
      const fingerprint = String(row[index]);
      groups.set(fingerprint, [...(groups.get(fingerprint) ?? []), column]);
    }
  }
  return [...groups.values()].filter((columns) => columns.length > 1);
}
