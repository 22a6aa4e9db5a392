import type { Engine } from '#tables/engine.ts';
import { presentSql, valueSql } from './column-sql.ts';
import { type ColumnGuess, plainFormat } from './guess.ts';

/** What a count over the whole column says about a guess. */
export interface Verdict {
  /** Cells that are not empty. */
  filled: number;
  /** Of them those that are no spelling of "no value". */
  present: number;
  fitting: number;
  isConstant: boolean;
}

export async function verify(
  engine: Engine,
  batch: number[],
  guesses: ColumnGuess[],
  samples: Map<number, string[]>,
): Promise<Verdict[]> {
  const readings = batch.map((index, place) => {
    const { physicalType, format } = guesses[place] ?? {
      physicalType: 'VARCHAR' as const,
      format: plainFormat,
    };
    const raw = `r${index}`;
    return {
      raw,
      present: presentSql(raw, physicalType, format),
      fitting: valueSql(raw, physicalType, format),
    };
  });
  const row = await engine.row(
    `SELECT ${readings.map(({ raw, fitting }) => `count(${raw}), count(${fitting})`).join(', ')} FROM raw`,
  );
  const verdicts = readings.map((_, place): Verdict => {
    const filled = Number(row[place * 2]);
    return { filled, present: filled, fitting: Number(row[place * 2 + 1]), isConstant: false };
  });
  // Few columns have gaps spelled out or hardly vary: only those are looked at again.
  const doubtful = readings.flatMap((reading, place) => {
    const verdict = verdicts[place];
    const looksConstant = new Set(samples.get(batch[place] ?? -1)).size <= 1;
    return verdict && (verdict.fitting < verdict.filled || looksConstant) ? [{ ...reading, verdict }] : [];
  });
  if (doubtful.length === 0) return verdicts;
  const parts = doubtful.map(
    ({ present, fitting }) => `count(${present}), coalesce(min(${fitting}) = max(${fitting}), true)`,
  );
  const again = await engine.row(`SELECT ${parts.join(', ')} FROM raw`);
  for (const [place, { verdict }] of doubtful.entries()) {
    verdict.present = Number(again[place * 2]);
    verdict.isConstant = again[place * 2 + 1] === true;
  }
  return verdicts;
}
