import type { ColumnProfile } from '#contract/report.ts';
import type { Engine } from '#tables/engine.ts';
import type { ProfiledColumn } from './columns.ts';
import { disguisedWords } from './disguised.ts';
import { type Frequencies, frequenciesOf, sumCounts, topCount, type ValueCount } from './frequencies.ts';
import { personalDataOf } from './patterns.ts';
import { profileLongTexts } from './read-long-texts.ts';
import { longestText, type Sample } from './sample.ts';
import { profileTexts, type TextFacts } from './texts.ts';

export interface TextColumn extends Pick<ColumnProfile, 'personalData'> {
  frequencies: Frequencies;
  facts: TextFacts | null;
  disguised: ColumnProfile['disguisedMissing'];
}

/** Distinct values that are brought here at most; beyond, the engine measures and hashes are counted. */
const mostDistinct = 50_000;
/** A column whose sampled values differ that much is not worth grouping. */
const differingShare = 0.5;

/**
 * Exact, in the cheapest of three ways: where the sample is the table, from it; by grouping where values repeat; by
 * hashes and aggregates where nearly each differs.
 */
export async function readTexts(engine: Engine, column: ProfiledColumn, sample: Sample): Promise<TextColumn> {
  const own = sample.columns.get(column.physicalName);
  if (own?.kind !== 'texts') return profileLongTexts(engine, column, [], 0);
  const sampled = rank(own.pairs);
  const values = own.texts.length - own.missingCount;
  const isShort = sampled.every(({ value }) => value.length <= longestText);
  if (sample.step === 1 && isShort) return fromPairs(column, sampled);
  if (isShort && sampled.length <= values * differingShare) {
    const pairs = await groupTexts(engine, column.physicalName);
    if (pairs) return fromPairs(column, pairs);
  }
  return profileLongTexts(engine, column, sampled, values);
}

async function groupTexts(engine: Engine, name: string): Promise<ValueCount[] | null> {
  const rows = await engine.rows(
    `SELECT ${name}, count(*) FROM t WHERE ${name} IS NOT NULL GROUP BY ${name} LIMIT ${mostDistinct + 1}`,
  );
  if (rows.length > mostDistinct) return null;
  return rank(rows.map(([value, count]) => ({ value: String(value), count: Number(count) })));
}

/** By count, then text. */
function rank(pairs: readonly ValueCount[]): ValueCount[] {
  return pairs.toSorted(
    (first, second) => second.count - first.count || (first.value < second.value ? -1 : 1),
  );
}

function fromPairs({ name }: ProfiledColumn, pairs: ValueCount[]): TextColumn {
  const sums = sumCounts(pairs.map(({ count }) => count));
  return {
    frequencies: frequenciesOf(sums, pairs.slice(0, topCount)),
    facts: pairs.length === 0 ? null : profileTexts(pairs, sums.valueCount),
    disguised: disguisedWords(pairs),
    personalData: personalDataOf(name, pairs),
  };
}
