import { openEngine, quoteIdentifier, quoteText } from './engine.ts';
import type { CutResult, CutSpec, TableTaskContext } from './tasks.ts';

/** Writes some rows of a table, in an order of the caller's, to Parquet files of their own. */
export async function cutRows({ parquet, cuts }: CutSpec, context: TableTaskContext): Promise<CutResult> {
  const engine = await openEngine(context);
  try {
    const rowCounts: number[] = [];
    for (const cut of cuts) {
      const { swapped } = cut;
      const names = cut.columns
        .map((name) => `${name === swapped ? 'donor' : 'source'}.${quoteIdentifier(name)}`)
        .join(', ');
      const donor = `JOIN read_parquet(${quoteText(parquet)}, file_row_number = true) AS donor
            ON donor.file_row_number = wanted.other`;
      const [rowCount] = await engine.row(`
        COPY (
          SELECT ${names}
          FROM read_csv(${quoteText(cut.rows)}, header = false, auto_detect = false,
            columns = {'position': 'UINTEGER', 'number': 'UINTEGER'${swapped ? ", 'other': 'UINTEGER'" : ''}}) AS wanted
          JOIN read_parquet(${quoteText(parquet)}, file_row_number = true) AS source
            ON source.file_row_number = wanted.number
          ${swapped ? donor : ''}
          ORDER BY wanted.position
        ) TO ${quoteText(cut.parquet)} (FORMAT parquet)`);
      rowCounts.push(Number(rowCount));
      context.onProgress({
        fraction: rowCounts.length / cuts.length,
        stage: 'cut',
        message: 'Cutting the table',
      });
    }
    return { rowCounts };
  } finally {
    engine.close();
  }
}
