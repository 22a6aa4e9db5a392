import { openEngine, quoteIdentifier, quoteText } from './engine.ts';
import type { ProbeResult, ProbeSpec, TableTaskContext } from './tasks.ts';

/** A text that is in no table. */
const UNSEEN = 'aliquot: a text that is not in the table \u2603';

/**
 * Writes rows such as a table that is predicted may have: one without any value, one of nothing but unseen texts and
 * zeros, then the first row of the table twice for each column, once without its value and once with an unseen one.
 */
export async function writeProbes(
  { parquet, columns, probes }: ProbeSpec,
  context: TableTaskContext,
): Promise<ProbeResult> {
  const engine = await openEngine(context);
  try {
    const source = `read_parquet(${quoteText(parquet)})`;
    const described = await engine.rows(
      `SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${source})`,
    );
    const types = new Map(described.map(([name, type]) => [String(name), String(type)]));
    const cells = columns.map((column, place) => {
      const [name, type] = [quoteIdentifier(column), types.get(column) ?? 'VARCHAR'];
      const unseen = `TRY_CAST(${type === 'VARCHAR' ? quoteText(UNSEEN) : "'0'"} AS ${type})`;
      return `CASE WHEN probe IN (0, ${2 + 2 * place}) THEN NULL
        WHEN probe IN (1, ${3 + 2 * place}) THEN ${unseen} ELSE ${name} END AS ${name}`;
    });
    const [rowCount] = await engine.row(`
      COPY (
        SELECT ${cells.join(', ')}
        FROM (SELECT * FROM ${source} LIMIT 1) AS source
        CROSS JOIN (SELECT unnest(range(${2 + 2 * columns.length})) AS probe) AS numbers
        ORDER BY probe
      ) TO ${quoteText(probes)} (FORMAT parquet)`);
    return { rowCount: Number(rowCount) };
  } finally {
    engine.close();
  }
}
