import type { ColumnType } from '#contract/report.ts';
import type { DatasetColumn, Repair, TableWarning } from '#contract/table.ts';
import { type Engine, inBatches } from '#tables/engine.ts';
import { valueSql } from './column-sql.ts';
import { collect } from './findings.ts';
import { guessColumn } from './guess.ts';
import { findHabits } from './habits.ts';
import type { RawTable } from './read-rows.ts';
import { sampleColumns, takeSample } from './sample.ts';
import { isKeyName, semanticTypeOf } from './semantics.ts';
import { type Settled, settle } from './settle.ts';
import { verify } from './verify.ts';

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

const batchColumns = 50;
/** Of a reading that could as well be another one. */
const doubtfulConfidence = 0.5;

export async function typeColumns(
  engine: Engine,
  { names, rowCount, noteCells }: Pick<RawTable, 'names' | 'rowCount' | 'noteCells'>,
  settings: { decimal: '.' | ',' | undefined; isDecimalCertain: boolean; forced: Map<string, ColumnType> },
  onProgress: (fraction: number) => void,
): Promise<TypedTable> {
  const columns: TypedColumn[] = [];
  const repairs = new Map<string, Repair>();
  const warnings: TableWarning[] = [];
  await takeSample(engine, rowCount, names.length);
  const found = await findHabits(engine, names.length, settings.decimal);
  const habits = settings.isDecimalCertain
    ? { ...found, decimal: settings.decimal, isDecimalCertain: true }
    : found;
  const batches = inBatches([...names.keys()], batchColumns);
  for (const [batchIndex, batch] of batches.entries()) {
    const samples = await sampleColumns(engine, batch, rowCount);
    for (const { column, text } of noteCells) {
      const sample = samples.get(column);
      if (sample) samples.set(column, without(sample, text));
    }
    const guesses = batch.map((index) =>
      guessColumn(
        samples.get(index) ?? [],
        names[index] ?? '',
        habits,
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
      const sample = samples.get(index) ?? [];
      const settled = await settle(engine, `r${index}`, guess, verdict, {
        ...{ name, sample, habits, notes },
        isForced: isForced(index),
      });
      const type = settings.forced.get(name) ?? (await refineType(engine, index, name, settled, rowCount));
      const column = finish(index, name, type, settled, sample, rowCount);
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

function finish(
  index: number,
  name: string,
  type: ColumnType,
  settled: Settled,
  sample: string[],
  rowCount: number,
): TypedColumn {
  const raw = `r${index}`;
  const { physicalType, format, fitting, present, doubt } = settled;
  const share = present === 0 ? 1 : Math.round((fitting / present) * 10_000) / 10_000;
  return {
    name,
    physicalName: `c${index}`,
    position: index,
    type,
    physicalType,
    semanticType: semanticTypeOf(name, type, format, sample),
    confidence: doubt === undefined ? share : Math.min(share, doubtfulConfidence),
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
  { type, fitting, physicalType, format, isConstant }: Settled,
  rowCount: number,
): Promise<ColumnType> {
  if (fitting === 0 || isConstant) return 'constant';
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
