import type { ColumnProfile } from '#contract/report.ts';
import type { Engine } from '#tables/engine.ts';
import { inReadableBatches, isDate, isNumeric, isoDate, type ProfiledColumn, share } from './columns.ts';
import type { CountedNumbers } from './counted.ts';
import { profileDates } from './dates.ts';
import { disguisedDates, disguisedNumbers } from './disguised.ts';
import { type Frequencies, frequenciesOf, sumCounts, topPlaces } from './frequencies.ts';
import { profileNumbers } from './numbers.ts';
import { orderOf, readSteps } from './order.ts';
import { personalDataOf } from './patterns.ts';
import { type NumberColumn, readNumbers } from './read-numbers.ts';
import { readTexts } from './read-texts.ts';
import type { Sample } from './sample.ts';

const nearConstantShare = 0.99;
/** Distinct numbers that are looked at for card numbers and the like. */
const patternNumbers = 1_000;

export interface MeasuredColumn {
  profile: ColumnProfile;
  /** Rows of the rarest value. */
  smallestCount: number;
  /** Of all texts as UTF-8; 0 for numbers and dates. */
  byteCount: number;
  /** Of numbers and dates. */
  counted: CountedNumbers | null;
}

type Measured = Pick<
  ColumnProfile,
  'monotonicity' | 'numeric' | 'text' | 'date' | 'blankCount' | 'disguisedMissing' | 'personalData'
> &
  Pick<MeasuredColumn, 'counted' | 'byteCount'> & { frequencies: Frequencies };

/**
 * Measures the columns in the order of the file, as many at once as memory allows, and tells of each as it is done. The
 * sample is drawn when a column first needs it, so that numbers at the head of a table are told of before that.
 */
export async function measureColumns(
  engine: Engine,
  columns: ProfiledColumn[],
  drawSample: () => Promise<Sample>,
  rowCount: number,
  keep: (column: ProfiledColumn) => boolean,
  onMeasured: (profile: ColumnProfile) => void,
): Promise<MeasuredColumn[]> {
  const all: MeasuredColumn[] = [];
  for (const batch of inReadableBatches(columns, rowCount)) {
    const numeric = batch.filter(isNumeric);
    const read = await readNumbers(engine, numeric, rowCount);
    const numbers = new Map(numeric.map((column, index) => [column, read[index] as NumberColumn]));
    for (const column of batch) {
      const own = numbers.get(column);
      const measured = own
        ? await measureNumbers(engine, column, own, drawSample)
        : await measureTexts(engine, column, await drawSample());
      const { frequencies, counted, byteCount } = measured;
      const profile = assemble(column, measured, rowCount);
      all.push({
        profile,
        smallestCount: frequencies.smallestCount,
        byteCount,
        counted: keep(column) ? counted : null,
      });
      onMeasured(profile);
    }
  }
  return all;
}

async function measureNumbers(
  engine: Engine,
  column: ProfiledColumn,
  own: NumberColumn,
  drawSample: () => Promise<Sample>,
): Promise<Measured> {
  const { counted, valueCount, infinities, isExact } = own;
  const date = isDate(column);
  // neighbours beyond 2^53 share a DOUBLE: they are told apart as text
  const texts = isExact ? null : await readTexts(engine, column, await drawSample());
  const frequencies = texts?.frequencies ?? numberFrequencies(own, date);
  const steps = isExact ? own.steps : await readSteps(engine, column.physicalName);
  const infiniteCount = [...infinities.values()].reduce((sum, count) => sum + count, 0);
  return {
    frequencies,
    monotonicity: frequencies.distinctCount > 1 ? orderOf(steps) : null,
    numeric: valueCount === 0 ? null : profileNumbers(counted, infiniteCount, date),
    text: null,
    date: date ? profileDates(counted, Date.now()) : null,
    blankCount: 0,
    disguisedMissing: date ? disguisedDates(counted) : disguisedNumbers(counted),
    personalData: personalDataOf(column.name, date ? [] : numberPairs(counted)),
    byteCount: 0,
    counted,
  };
}

function numberFrequencies({ counted, infinities }: NumberColumn, date: boolean): Frequencies {
  const { values, counts } = counted;
  const shown = date ? isoDate : String;
  const others = [...infinities].map(([value, count]) => ({ value, count }));
  const top = [
    ...topPlaces(counts).map((place) => ({
      value: shown(values[place] as number),
      count: counts[place] as number,
    })),
    ...others,
  ];
  const sums = sumCounts(others.length === 0 ? counts : [...counts, ...others.map(({ count }) => count)]);
  return frequenciesOf(sums, top.toSorted((first, second) => second.count - first.count).slice(0, 10));
}

function numberPairs({ values, counts }: CountedNumbers) {
  const step = Math.max(1, Math.floor(values.length / patternNumbers));
  return Array.from({ length: Math.min(values.length, patternNumbers) }, (_, index) => ({
    value: String(values[index * step]),
    count: counts[index * step] as number,
  }));
}

async function measureTexts(engine: Engine, column: ProfiledColumn, sample: Sample): Promise<Measured> {
  const { frequencies, facts, disguised, personalData } = await readTexts(engine, column, sample);
  return {
    frequencies,
    monotonicity: null,
    numeric: null,
    text: facts?.text ?? null,
    date: null,
    blankCount: facts?.blankCount ?? 0,
    disguisedMissing: disguised,
    personalData,
    byteCount: facts?.byteCount ?? 0,
    counted: null,
  };
}

function assemble(
  column: ProfiledColumn,
  { frequencies, counted: _counted, byteCount: _bytes, disguisedMissing, ...measured }: Measured,
  rowCount: number,
): ColumnProfile {
  const { smallestCount: _smallest, ...facts } = frequencies;
  const { valueCount, distinctCount, modeCount } = facts;
  const missingCount = rowCount - valueCount;
  const isConstant = distinctCount <= 1;
  return {
    column: column.physicalName,
    name: column.name,
    position: column.position,
    type: column.type,
    confidence: column.confidence,
    semanticType: column.semanticType,
    rowCount,
    missingCount,
    missingFraction: share(missingCount, rowCount),
    disguisedMissingCount: disguisedMissing.reduce((sum, { count }) => sum + count, 0),
    disguisedMissingValues: disguisedMissing.map(({ value }) => value),
    disguisedMissing,
    cardinalityRatio: valueCount === 0 ? null : share(distinctCount, valueCount),
    isUnique: rowCount > 0 && distinctCount === rowCount,
    isConstant,
    isNearConstant: !isConstant && modeCount >= valueCount * nearConstantShare,
    ...facts,
    ...measured,
    copiesOf: [],
    warnings: [],
  };
}
