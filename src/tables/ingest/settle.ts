import type { Engine } from '#tables/engine.ts';
import { isMissingToken } from './cells.ts';
import { presentSql, valueSql } from './column-sql.ts';
import { type ColumnGuess, type FileHabits, guessColumn, textGuess } from './guess.ts';
import type { Verdict } from './verify.ts';

/** Share of the values that may be lost when a column is read as numbers or dates. */
const tolerableLoss = 0.02;
const mostGuesses = 3;
const lostValues = 200;

export interface Settled extends ColumnGuess {
  fitting: number;
  present: number;
  isConstant: boolean;
  lost: { value: string; count: number }[];
}

export interface Circumstances {
  name: string;
  sample: string[];
  habits: FileHabits;
  /** The user has said the type: it stays, whatever is lost. */
  isForced: boolean;
  /** Cells of notes below the table: losing them is no loss. */
  notes: number;
}

/** Guesses again with the values that did not fit, learns more spellings of "no value", or falls back to text. */
export async function settle(
  engine: Engine,
  raw: string,
  guess: ColumnGuess,
  verdict: Verdict,
  circumstances: Circumstances,
  round = 1,
): Promise<Settled> {
  const { present, fitting } = verdict;
  if (guess.physicalType === 'VARCHAR' || fitting === present) return { ...guess, ...verdict, lost: [] };
  const { name, sample, habits, isForced, notes } = circumstances;
  const lost = await findLost(engine, raw, guess);
  const tokens = lost.filter((each) => isMissingToken(each.value));
  const others = lost.filter((each) => !isMissingToken(each.value));
  if (!isForced && others.length > 0 && round < mostGuesses) {
    const again = guessColumn([...sample, ...others.map(({ value }) => value)], name, habits);
    if (again.physicalType !== 'VARCHAR' && !readsAlike(again, guess)) {
      const better = await judge(engine, raw, again);
      if (better.fitting > fitting)
        return settle(engine, raw, again, { ...verdict, ...better }, circumstances, round + 1);
    }
  }
  const missing = tokens.reduce((sum, { count }) => sum + count, 0);
  if (!isForced && present - missing - fitting - notes > (present - missing) * tolerableLoss) {
    const text = textGuess([...sample, ...others.map(({ value }) => value)], name, habits);
    return { ...text, ...(await judge(engine, raw, text)), lost: [] };
  }
  const spellings = [
    ...new Set([...guess.format.missingSpellings, ...tokens.map((each) => each.value)]),
  ].sort();
  return {
    ...guess,
    format: { ...guess.format, missingSpellings: spellings },
    present: present - missing,
    fitting,
    isConstant: verdict.isConstant,
    lost: others,
  };
}

function readsAlike(first: ColumnGuess, second: ColumnGuess): boolean {
  const reading = ({ physicalType, format: { missingSpellings: _spellings, ...format } }: ColumnGuess) =>
    JSON.stringify([physicalType, format]);
  return reading(first) === reading(second);
}

async function judge(
  engine: Engine,
  raw: string,
  { physicalType, format }: ColumnGuess,
): Promise<Pick<Verdict, 'present' | 'fitting' | 'isConstant'>> {
  const value = valueSql(raw, physicalType, format);
  const [present, fitting, isConstant] = await engine.row(
    `SELECT count(${presentSql(raw, physicalType, format)}), count(${value}), coalesce(min(${value}) = max(${value}), true) FROM raw`,
  );
  return { present: Number(present), fitting: Number(fitting), isConstant: isConstant === true };
}

async function findLost(
  engine: Engine,
  raw: string,
  { physicalType, format }: ColumnGuess,
): Promise<{ value: string; count: number }[]> {
  const text = presentSql(raw, physicalType, format);
  const value = valueSql(raw, physicalType, format);
  const rows = await engine.rows(
    `SELECT ${text} AS t, count(*) AS n FROM raw WHERE ${text} IS NOT NULL AND (${value}) IS NULL GROUP BY t ORDER BY n DESC, t LIMIT ${lostValues}`,
  );
  return rows.map(([spelling, count]) => ({ value: String(spelling), count: Number(count) }));
}
