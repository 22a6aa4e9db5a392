import { type Engine, quoteText } from '#tables/engine.ts';
import { type ProfiledColumn, tidy } from './columns.ts';
import { disguisedWords, longestMissingWord, missingWords } from './disguised.ts';
import {
  type CountSums,
  frequenciesOf,
  sumCounts,
  topCount,
  topPlaces,
  type ValueCount,
} from './frequencies.ts';
import { kindsOf, personalDataOf } from './patterns.ts';
import type { TextColumn } from './read-texts.ts';
import { lengthFigures } from './texts.ts';

/** Hashes that one statement is asked to look for. */
const mostListedHashes = 10_000;
const whiteSpace = [9, 10, 11, 12, 13, 32, 160, 12288];
const whiteSpaceText = whiteSpace.map((code) => String.fromCodePoint(code)).join('');

/**
 * Texts of which nearly each differs. Distinct values are counted as 64-bit hashes; lengths and the like are counted by the
 * engine; kinds and personal data are looked for in the sample, which the report says.
 */
export async function profileLongTexts(
  engine: Engine,
  column: ProfiledColumn,
  sampled: ValueCount[],
  sampledValues: number,
): Promise<TextColumn> {
  const { physicalName, physicalType } = column;
  // whole numbers too large for a DOUBLE are counted by their digits
  const name = physicalType === 'VARCHAR' ? physicalName : `${physicalName}::VARCHAR`;
  const [hashes] = (await readHashes(engine, [`hash(${name})`], `WHERE ${name} IS NOT NULL`)) as [
    BigUint64Array,
  ];
  const runs = countHashes(hashes);
  const frequencies = frequenciesOf(runs.sums, await readTop(engine, name, hashes, runs));
  const personalData = personalDataOf(column.name, sampled);
  const { valueCount, distinctCount } = frequencies;
  if (valueCount === 0) return { frequencies, facts: null, disguised: [], personalData };
  const { blankCount, byteCount, hasVariants, hasDisguised, ...figures } = await readFigures(
    engine,
    name,
    valueCount,
  );
  const disguised = hasDisguised ? await readDisguised(engine, name) : [];
  const folded = hasVariants
    ? Number(
        (
          await engine.row(
            `SELECT count(DISTINCT hash(lower(trim(${name}, ${quoteText(whiteSpaceText)})))) FROM t WHERE ${name} IS NOT NULL`,
          )
        )[0],
      )
    : distinctCount;
  const text = {
    ...figures,
    caseVariantCount: distinctCount - folded,
    caseVariants: [],
    kinds: kindsOf(sampled),
    patternRows: sampledValues,
  };
  return { frequencies, facts: { blankCount, byteCount, text }, disguised, personalData };
}

/** Hashes of every row, one array an expression. */
export async function readHashes(
  engine: Engine,
  expressions: string[],
  where = '',
): Promise<BigUint64Array[]> {
  const [rows] = await engine.row(`SELECT count(*) FROM t ${where}`);
  const hashes = expressions.map(() => new BigUint64Array(Number(rows)));
  let place = 0;
  await engine.scan(`SELECT ${expressions.join(', ')} FROM t ${where}`, (chunk) => {
    // asked once: each time is a call into the engine
    const { rowCount } = chunk;
    for (const [index, own] of hashes.entries()) {
      const vector = chunk.getColumnVector(index);
      for (let row = 0; row < rowCount; row += 1) own[place + row] = vector.getItem(row) as bigint;
    }
    place += rowCount;
  });
  return hashes;
}

interface Runs {
  sums: CountSums;
  counts: Uint32Array;
  /** Place of the first of each run in the sorted hashes. */
  starts: Uint32Array;
}

/** Sorts the hashes in place and counts equal neighbours. */
export function countHashes(hashes: BigUint64Array): Runs {
  hashes.sort();
  // as halves: reading whole ones would make an object each
  const halves = new Uint32Array(hashes.buffer);
  const counts = new Uint32Array(hashes.length);
  const starts = new Uint32Array(hashes.length);
  let distinct = 0;
  for (let at = 0; at < halves.length; at += 2) {
    if (at > 0 && halves[at] === halves[at - 2] && halves[at + 1] === halves[at - 1]) {
      counts[distinct - 1] = (counts[distinct - 1] as number) + 1;
    } else {
      starts[distinct] = at / 2;
      counts[distinct] = 1;
      distinct += 1;
    }
  }
  const own = counts.slice(0, distinct);
  return { sums: sumCounts(own), counts: own, starts: starts.slice(0, distinct) };
}

/** The most frequent values by count, then text. */
async function readTop(
  engine: Engine,
  name: string,
  hashes: BigUint64Array,
  { counts, starts }: Runs,
): Promise<ValueCount[]> {
  const least =
    topPlaces(counts)
      .map((place) => counts[place] as number)
      .at(-1) ?? 0;
  const wanted: bigint[] = [];
  // values that occur once need no search: the first ones by text are among them
  const from = Math.max(2, least);
  for (let run = 0; run < counts.length && wanted.length <= mostListedHashes; run += 1)
    if ((counts[run] as number) >= from) wanted.push(hashes[starts[run] as number] as bigint);
  const among =
    wanted.length > mostListedHashes
      ? ''
      : `AND hash(${name}) IN (SELECT unnest([${wanted.join(', ')}]::UBIGINT[]))`;
  const repeated =
    wanted.length === 0
      ? []
      : await engine.rows(
          `SELECT left(${name}, 200) AS shown, count(*) AS n FROM t WHERE ${name} IS NOT NULL ${among} GROUP BY ${name} ORDER BY n DESC, ${name} LIMIT ${topCount}`,
        );
  const top = repeated.map(([value, count]) => ({ value: String(value), count: Number(count) }));
  if (top.length === topCount || least > 1) return top;
  const others =
    wanted.length === 0 ? '' : `AND hash(${name}) NOT IN (SELECT unnest([${wanted.join(', ')}]::UBIGINT[]))`;
  const single = await engine.rows(
    `SELECT left(${name}, 200) FROM t WHERE ${name} IS NOT NULL ${others} ORDER BY ${name} LIMIT ${topCount - top.length}`,
  );
  return [...top, ...single.map(([value]) => ({ value: String(value), count: 1 }))];
}

/** Code points that these words begin with, in either case, and the space before them. */
const firstSigns = new Set(
  [' ', ...missingWords].flatMap((word) => [word, word.toUpperCase()].map((each) => each.codePointAt(0))),
);

/** CASE spares the engine the work on other values, which AND does not. */
const disguisedSql = (v: string) =>
  `CASE WHEN strlen(${v}) > ${longestMissingWord + 8} THEN false WHEN ord(${v}) IN (${[...firstSigns].join(', ')}) THEN lower(trim(${v})) IN (${missingWords.map(quoteText).join(', ')}) ELSE false END`;

async function readDisguised(engine: Engine, name: string): Promise<TextColumn['disguised']> {
  const rows = await engine.rows(
    `SELECT ${name}, count(*) FROM t WHERE ${disguisedSql(name)} GROUP BY ${name}`,
  );
  return disguisedWords(rows.map(([value, count]) => ({ value: String(value), count: Number(count) })));
}

const trimmedSql = `trim(v, ${quoteText(whiteSpaceText)})`;
const paddedSql = (v: string) =>
  [
    `ord(${v}) IN (${whiteSpace.join(', ')})`,
    ...whiteSpace.map((code) => `ends_with(${v}, ${quoteText(String.fromCodePoint(code))})`),
  ].join(' OR ');
const cutSql = `CASE WHEN padded THEN ${trimmedSql} ELSE v END`;
const mojibakeSql = `regexp_matches(v, '[ÃÂ][\u0080-\u00bf]') OR contains(v, 'â€') OR contains(v, '\uFFFD')`;

/** Counted by length: lengths are few, values many. */
async function readFigures(engine: Engine, name: string, valueCount: number) {
  const rows = await engine.rows(`
    SELECT length(v), count(*), count_if(padded),
      count_if(CASE WHEN v = '' THEN true WHEN padded THEN ${trimmedSql} = '' ELSE false END),
      count_if(CASE WHEN strlen(v) = length(v) THEN false ELSE ${mojibakeSql} END),
      sum(CASE WHEN contains(v, ' ') THEN 1 + strlen(${cutSql}) - strlen(replace(${cutSql}, ' ', '')) ELSE 1 END),
      count_if(v <> lower(v)), count_if(${disguisedSql('v')}), sum(strlen(v))
    FROM (SELECT ${name} AS v, ${paddedSql(name)} AS padded FROM t WHERE ${name} IS NOT NULL)
    GROUP BY length(v)`);
  const sum = (place: number) => rows.reduce((total, row) => total + Number(row[place]), 0);
  const paddedCount = sum(2);
  return {
    ...lengthFigures(
      rows.map((row) => [Number(row[0]), Number(row[1])]),
      valueCount,
    ),
    paddedCount,
    blankCount: sum(3),
    mojibakeCount: sum(4),
    meanWords: tidy(sum(5) / valueCount),
    hasVariants: paddedCount > 0 || sum(6) > 0,
    hasDisguised: sum(7) > 0,
    byteCount: sum(8),
  };
}
