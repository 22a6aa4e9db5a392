import type { ColumnType } from '#contract/report.ts';
import type { DatasetColumn, PhysicalType, Repair, TableWarning } from '#contract/table.ts';
import { type Engine, inBatches } from '#tables/engine.ts';
import { isMissingToken } from './cells.ts';
import { presentSql, valueSql } from './column-sql.ts';
import { type ColumnGuess, guessColumn, plainFormat } from './guess.ts';
import type { RawTable } from './read-rows.ts';
import { isKeyName, semanticTypeOf } from './semantics.ts';

export interface TypedColumn extends DatasetColumn {
  /** Column of the table `raw`. */
  raw: string;
  /** SQL of its value. */
  sql: string;
}

export interface TypedTable {
  columns: TypedColumn[];
  repairs: Repair[];
  warnings: TableWarning[];
}

/** What a count over the whole column says about a guess. */
interface Verdict {
  /** Cells that are not empty. */
  filled: number;
  /** Of them those that are no spelling of "no value". */
  present: number;
  fitting: number;
  isConstant: boolean;
}

const sampleCells = 2_000_000;
/** Share of the values that may be lost when a column is read as numbers or dates. */
const tolerableLoss = 0.02;
const batchColumns = 50;

export async function typeColumns(
  engine: Engine,
  { names, rowCount, noteCells }: Pick<RawTable, 'names' | 'rowCount' | 'noteCells'>,
  settings: { prefersDecimalComma: boolean; forced: Map<string, ColumnType> },
  onProgress: (fraction: number) => void,
): Promise<TypedTable> {
  const columns: TypedColumn[] = [];
  const repairs = new Map<string, Repair>();
  const warnings: TableWarning[] = [];
  const batches = inBatches([...names.keys()], batchColumns);
  for (const [batchIndex, batch] of batches.entries()) {
    const samples = await sampleColumns(engine, batch, rowCount, names.length);
    for (const { column, text } of noteCells) samples.set(column, without(samples.get(column) ?? [], text));
    const guesses = batch.map((index) =>
      guessColumn(
        samples.get(index) ?? [],
        names[index] ?? '',
        settings.prefersDecimalComma,
        settings.forced.get(names[index] ?? ''),
      ),
    );
    const isForced = (index: number) => settings.forced.has(names[index] ?? '');
    const verdicts = await verify(engine, batch, guesses, samples);
    for (const [place, index] of batch.entries()) {
      const guess = guesses[place];
      const verdict = verdicts[place];
      if (!guess || !verdict) continue;
      const name = names[index] ?? '';
      const notes = noteCells.filter(({ column }) => column === index).length;
      const settled = await settle(engine, `r${index}`, guess, verdict, { isForced: isForced(index), notes });
      const type =
        settings.forced.get(name) ?? (await refineType(engine, index, name, settled, verdict, rowCount));
      const column = finish(index, name, type, settled, samples.get(index) ?? [], rowCount);
      columns.push(column);
      collect(column, settled, verdict.filled, repairs, warnings);
    }
    onProgress((batchIndex + 1) / batches.length);
  }
  return { columns, repairs: [...repairs.values()], warnings };
}

function without(values: string[], text: string): string[] {
  const at = values.lastIndexOf(text);
  return at === -1 ? values : values.toSpliced(at, 1);
}

/** Cells that are not empty, spread over the whole file. */
async function sampleColumns(
  engine: Engine,
  batch: number[],
  rowCount: number,
  width: number,
): Promise<Map<number, string[]>> {
  const wanted = Math.max(200, Math.min(5_000, Math.floor(sampleCells / width)));
  const step = Math.max(1, Math.floor(rowCount / wanted));
  const list = batch.map((index) => `r${index}`).join(', ');
  const rows = await engine.rows(`SELECT ${list} FROM raw WHERE rowid % ${step} = 0`);
  const samples = new Map<number, string[]>();
  for (const [place, index] of batch.entries()) {
    let values = rows
      .map((row) => row[place])
      .filter((value) => value !== null && value !== undefined) as string[];
    if (values.length < 50 && step > 1) {
      const sparse = await engine.rows(`SELECT r${index} FROM raw WHERE r${index} IS NOT NULL LIMIT 2000`);
      values = sparse.map(([value]) => String(value));
    }
    samples.set(index, values);
  }
  return samples;
}

async function verify(
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

interface Settled extends ColumnGuess {
  fitting: number;
  present: number;
  lost: { value: string; count: number }[];
}

/** Widens whole numbers to numbers, learns more spellings of "no value", or falls back to text. */
async function settle(
  engine: Engine,
  raw: string,
  guess: ColumnGuess,
  verdict: Verdict,
  { isForced, notes }: { isForced: boolean; notes: number },
): Promise<Settled> {
  const { present, fitting } = verdict;
  if (guess.physicalType === 'VARCHAR' || fitting === present)
    return { ...guess, present, fitting, lost: [] };
  if (guess.physicalType === 'BIGINT' && !isForced) {
    const number: ColumnGuess = { ...guess, type: 'number', physicalType: 'DOUBLE' };
    const [asNumber] = await engine.row(`SELECT count(${valueSql(raw, 'DOUBLE', guess.format)}) FROM raw`);
    if (Number(asNumber) > fitting) {
      return settle(engine, raw, number, { ...verdict, fitting: Number(asNumber) }, { isForced, notes });
    }
  }
  const text = presentSql(raw, guess.physicalType, guess.format);
  const value = valueSql(raw, guess.physicalType, guess.format);
  const lost = (
    await engine.rows(
      `SELECT ${text} AS t, count(*) AS n FROM raw WHERE ${text} IS NOT NULL AND (${value}) IS NULL GROUP BY t ORDER BY n DESC, t LIMIT 20`,
    )
  ).map(([spelling, count]) => ({ value: String(spelling), count: Number(count) }));
  const tokens = lost.filter((each) => isMissingToken(each.value));
  const missing = tokens.reduce((sum, { count }) => sum + count, 0);
  if (!isForced && present - missing - fitting - notes > (present - missing) * tolerableLoss) {
    const [kept] = (
      await engine.row(`SELECT count(${presentSql(raw, 'VARCHAR', plainFormat)}) FROM raw`)
    ).map(Number);
    const count = kept ?? 0;
    return {
      type: 'category',
      physicalType: 'VARCHAR',
      format: plainFormat,
      isAmbiguousDate: false,
      present: count,
      fitting: count,
      lost: [],
    };
  }
  const spellings = [
    ...new Set([...guess.format.missingSpellings, ...tokens.map((each) => each.value)]),
  ].sort();
  return {
    ...guess,
    format: { ...guess.format, missingSpellings: spellings },
    present: present - missing,
    fitting,
    lost: lost.filter((each) => !isMissingToken(each.value)),
  };
}

function finish(
  index: number,
  name: string,
  type: ColumnType,
  settled: Settled,
  sample: string[],
  rowCount: number,
): TypedColumn {
  const raw = `r${index}`;
  const { physicalType, format, fitting, present } = settled;
  return {
    name,
    physicalName: `c${index}`,
    position: index,
    type,
    physicalType,
    semanticType: semanticTypeOf(name, type, format, sample),
    confidence: present === 0 ? 1 : Math.round((fitting / present) * 10_000) / 10_000,
    nullCount: rowCount - fitting,
    format,
    raw,
    sql: valueSql(raw, physicalType, format),
  };
}

/** Constants and keys can only be told from the whole column. */
async function refineType(
  engine: Engine,
  index: number,
  name: string,
  { type, fitting, physicalType, format }: Settled,
  verdict: Verdict,
  rowCount: number,
): Promise<ColumnType> {
  if (fitting === 0 || verdict.isConstant) return 'constant';
  if (fitting !== rowCount || rowCount < 20 || (type !== 'integer' && type !== 'category')) return type;
  const sql = valueSql(`r${index}`, physicalType, format);
  if (type === 'integer') {
    const [low, high] = await engine.row(`SELECT min(${sql}), max(${sql}) FROM raw`);
    const isConsecutive =
      Number(high) - Number(low) + 1 === rowCount && (Number(low) === 0 || Number(low) === 1);
    if (!isConsecutive && !isKeyName(name)) return type;
  }
  const [distinct] = await engine.row(`SELECT count(DISTINCT ${sql}) FROM raw`);
  return distinct === rowCount ? 'id' : type;
}

function collect(
  column: TypedColumn,
  settled: Settled,
  filled: number,
  repairs: Map<string, Repair>,
  warnings: TableWarning[],
): void {
  const add = (code: string, message: string, count: number) => {
    if (count > 0) repairs.set(code, { code, message, count: (repairs.get(code)?.count ?? 0) + count });
  };
  add('MISSING_SPELLINGS', 'Cells such as NA, null or ? were read as missing.', filled - settled.present);
  const lostCount = settled.present - settled.fitting;
  if (lostCount > 0) {
    const examples = settled.lost.slice(0, 3).map(({ value }) => `"${value.slice(0, 40)}"`);
    warnings.push({
      code: 'UNREADABLE_VALUES',
      message: `${lostCount} values of "${column.name}" are no ${kindName(column.physicalType)} and were left empty: ${examples.join(', ')}.`,
      column: column.physicalName,
      count: lostCount,
    });
  }
  const { decimal, thousands, unit, dateFormats } = settled.format;
  if (settled.isAmbiguousDate) {
    const order = dateFormats?.[0]?.startsWith('%d') ? 'day first' : 'month first';
    warnings.push({
      code: 'AMBIGUOUS_DATE_ORDER',
      message: `No day above 12 in "${column.name}": its dates were read as ${order}.`,
      column: column.physicalName,
    });
  }
  if (decimal === ',' || thousands !== '' || unit !== '') {
    add(
      'NUMBERS_NORMALISED',
      'Columns with decimal commas, thousands separators or units were read as numbers.',
      1,
    );
  }
}

function kindName(type: PhysicalType): string {
  return type === 'TIMESTAMP' ? 'dates' : type === 'BIGINT' ? 'whole numbers' : 'numbers';
}
