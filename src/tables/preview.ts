import { openEngine, quoteText } from './engine.ts';

export type PreviewValue = string | number | boolean | null;

const previewMemoryBytes = 512 * 1024 ** 2;
const never = new AbortController().signal;

/**
 * First rows of a Parquet copy, values in the order of `physicalNames`; dates as ISO 8601 text, whole numbers beyond
 * 2^53 as text. A short read in this process: Parquet of our own making, one row group.
 */
export async function readPreview(
  parquet: string,
  columns: { physicalName: string; physicalType: string }[],
  first: number,
  temporaryDirectory: string,
): Promise<PreviewValue[][]> {
  const engine = await openEngine({ memoryBytes: previewMemoryBytes, temporaryDirectory, signal: never });
  try {
    const list = columns
      .map(({ physicalName, physicalType }) => previewSql(physicalName, physicalType))
      .join(', ');
    const rows = await engine.rows(
      `SELECT ${list} FROM read_parquet(${quoteText(parquet)}) LIMIT ${Math.max(0, Math.trunc(first))}`,
    );
    return rows as PreviewValue[][];
  } finally {
    engine.close();
  }
}

function previewSql(name: string, physicalType: string): string {
  if (physicalType === 'TIMESTAMP') return `strftime(${name}, '%Y-%m-%dT%H:%M:%S.%gZ')`;
  if (physicalType === 'DOUBLE') return `CASE WHEN isfinite(${name}) THEN ${name} END`;
  return name;
}
