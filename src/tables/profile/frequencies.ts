import type { ColumnProfile } from '#contract/report.ts';
import { type Engine, type EngineValue, quoteText } from '#tables/engine.ts';
import {
  type DateProfile,
  isNumeric,
  type ProfiledColumn,
  share,
  type TextProfile,
  tidy,
} from './columns.ts';

/** What the exact table of a column's distinct values tells. */
export interface Frequencies
  extends Pick<
    ColumnProfile,
    | 'valueCount'
    | 'distinctCount'
    | 'blankCount'
    | 'disguisedMissingCount'
    | 'disguisedMissingValues'
    | 'mode'
    | 'modeCount'
    | 'entropyBits'
    | 'imbalance'
    | 'topValues'
    | 'text'
    | 'date'
  > {
  smallestCount: number;
}

const topCount = 10;
const longestShownValue = 200;
const sentinels = [-1, -9, -99, -999, -9999, -99999, -999999, 99, 999, 9999, 99999, 999999, 9999999];
const missingWords = [
  'unknown',
  'unk',
  'missing',
  'not available',
  'not applicable',
  'not known',
  'undefined',
  'unspecified',
  'no data',
  'n.a.',
  'n.d.',
  'nd',
  'tbd',
  'tba',
  'xx',
  'xxx',
  '?',
  '??',
  '-',
  '--',
  '---',
  '.',
  '..',
  '...',
  '(blank)',
  '(none)',
  '(null)',
  'nil',
];

/** Exact, by grouping: the engine's approximate counts err by up to 29 %. */
export async function profileFrequencies(engine: Engine, column: ProfiledColumn): Promise<Frequencies> {
  const { physicalName: c } = column;
  const shown = shownSql(column);
  const extras =
    column.physicalType === 'VARCHAR' ? textParts() : column.physicalType === 'TIMESTAMP' ? dateParts() : [];
  const row = await engine.row(`
    WITH f AS MATERIALIZED (SELECT ${c} AS v, count(*) AS n FROM t WHERE ${c} IS NOT NULL GROUP BY ${c}),
    top AS MATERIALIZED (SELECT v, n FROM f ORDER BY n DESC, v LIMIT ${topCount})
    SELECT count(*), coalesce(sum(n), 0)::BIGINT, coalesce(min(n), 0), sum(n * log2(n)),
      (SELECT list(${shown} ORDER BY n DESC, v) FROM top), (SELECT list(n ORDER BY n DESC, v) FROM top),
      ${disguisedSql(column)}
      ${extras.map((part) => `, ${part}`).join('')}
    FROM f`);
  const [distinct, values, smallest, weightedLogs, shownValues, counts, disguised, ...rest] = row;
  const distinctCount = Number(distinct);
  const valueCount = Number(values);
  const topCounts = ((counts as EngineValue[] | null) ?? []).map(Number);
  const topShown = ((shownValues as EngineValue[] | null) ?? []).map(String);
  // H = log2 N - (1/N) sum n log2 n
  const entropy =
    valueCount === 0 ? null : Math.max(0, Math.log2(valueCount) - Number(weightedLogs ?? 0) / valueCount);
  const found = ((disguised as EngineValue[] | null) ?? []).map(String);
  const text =
    column.physicalType === 'VARCHAR' && valueCount > 0 ? textProfile(rest, valueCount, distinctCount) : null;
  return {
    valueCount,
    distinctCount,
    smallestCount: Number(smallest),
    blankCount: column.physicalType === 'VARCHAR' ? Number(rest[0] ?? 0) : 0,
    disguisedMissingCount: found.reduce((sum, each) => sum + Number(each.slice(0, each.indexOf(' '))), 0),
    disguisedMissingValues: found.map((each) => each.slice(each.indexOf(' ') + 1)).slice(0, 10),
    mode: topShown[0] ?? null,
    modeCount: topCounts[0] ?? 0,
    entropyBits: tidy(entropy),
    imbalance:
      distinctCount < 2 || entropy === null
        ? null
        : Math.min(1, Math.max(0, tidy(1 - entropy / Math.log2(distinctCount)) ?? 0)),
    topValues: topShown.map((value, index) => ({
      value,
      count: topCounts[index] ?? 0,
      fraction: share(topCounts[index] ?? 0, valueCount),
    })),
    text,
    date: column.physicalType === 'TIMESTAMP' && valueCount > 0 ? dateProfile(rest) : null,
  };
}

function shownSql({ physicalType }: ProfiledColumn): string {
  if (physicalType === 'TIMESTAMP') return `strftime(v, '%Y-%m-%dT%H:%M:%S.%gZ')`;
  if (physicalType === 'VARCHAR') return `left(v, ${longestShownValue})`;
  return 'CAST(v AS VARCHAR)';
}

/**
 * Numbers: a sentinel that is an end of the range and lies apart from the next value by more than all the others spread
 * between their 10 % and 90 % quantiles. Text: words that mean "no value".
 */
function disguisedSql(column: ProfiledColumn): string {
  if (column.physicalType === 'TIMESTAMP') return 'NULL';
  const list = `list(n || ' ' || ${shownSql(column)} ORDER BY n DESC, v)`;
  if (!isNumeric(column)) {
    return `${list} FILTER (lower(trim(v)) IN (${missingWords.map(quoteText).join(', ')}))`;
  }
  const others = `(SELECT v FROM f WHERE isfinite(v::DOUBLE) AND v NOT IN (${sentinels.join(', ')}))`;
  return `(SELECT ${list} FROM f, (SELECT min(v) AS low, max(v) AS high, quantile_cont(v::DOUBLE, 0.9) - quantile_cont(v::DOUBLE, 0.1) AS spread, count(*) AS kinds FROM ${others}) AS o
    WHERE kinds >= 3 AND n >= 2 AND v IN (${sentinels.join(', ')}) AND (v < low - spread OR v > high + spread))`;
}

function textParts(): string[] {
  const mojibake = `((contains(v, 'Ã') OR contains(v, 'Â')) AND regexp_matches(v, '[ÃÂ][\u0080-\u00bf]')) OR contains(v, 'â€') OR contains(v, '\uFFFD')`;
  return [
    `coalesce(sum(n) FILTER (trim(v) = ''), 0)::BIGINT`,
    'min(length(v))',
    'max(length(v))',
    'sum(n * length(v))::DOUBLE',
    // The lower median of the lengths, weighted by how often each value occurs.
    `(SELECT min(l) FROM (SELECT l, sum(m) OVER (ORDER BY l) AS reached FROM (SELECT length(v) AS l, sum(n) AS m FROM f GROUP BY l)) WHERE reached * 2 >= (SELECT sum(n) FROM f))`,
    `coalesce(sum(n) FILTER (v <> trim(v)), 0)::BIGINT`,
    'count(DISTINCT lower(trim(v)))',
    `sum(n * (length(trim(v)) - length(replace(trim(v), ' ', '')) + 1))::DOUBLE`,
    `coalesce(sum(n) FILTER (${mojibake}), 0)::BIGINT`,
  ];
}

function textProfile(parts: EngineValue[], valueCount: number, distinctCount: number): TextProfile {
  const [, shortest, longest, total, median, padded, folded, words, mojibake] = parts.map(Number);
  return {
    minLength: shortest ?? null,
    maxLength: longest ?? null,
    meanLength: tidy((total ?? 0) / valueCount),
    medianLength: median ?? null,
    paddedCount: padded ?? 0,
    caseVariantCount: distinctCount - (folded ?? distinctCount),
    meanWords: tidy((words ?? 0) / valueCount),
    mojibakeCount: mojibake ?? 0,
  };
}

function dateParts(): string[] {
  return [
    `strftime(min(v), '%Y-%m-%dT%H:%M:%S.%gZ')`,
    `strftime(max(v), '%Y-%m-%dT%H:%M:%S.%gZ')`,
    '(epoch_ms(max(v)) - epoch_ms(min(v))) / 86400000.0',
    `coalesce(bool_or(v <> date_trunc('day', v)), false)`,
    `coalesce(sum(n) FILTER (v > now() AT TIME ZONE 'UTC'), 0)::BIGINT`,
  ];
}

function dateProfile([earliest, latest, rangeDays, hasTime, future]: EngineValue[]): DateProfile {
  return {
    earliest: String(earliest),
    latest: String(latest),
    rangeDays: Number(rangeDays),
    hasTime: hasTime === true,
    futureCount: Number(future),
  };
}
