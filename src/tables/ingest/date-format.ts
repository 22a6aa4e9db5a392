import type { Cleanup } from '#contract/table.ts';
import { cleaned, dateCleanups } from './cleanups.ts';

export interface DateFormat {
  /** strptime formats; null: ISO 8601, which the engine casts by itself. */
  formats: string[] | null;
  cleanups: Cleanup[];
  matched: number;
  /** Day and month could be swapped: no value has a day above 12, and nothing else tells. */
  isAmbiguous: boolean;
}

export type DayOrder = 'day' | 'month';

const isoPattern =
  /^\d{4}[-/]\d{1,2}[-/]\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?$/;
const timePart =
  /^(?<date>.*?)(?:(?<gap>T| |, | at )(?<time>\d{1,2}:\d{2}(?<seconds>:\d{2})?(?<fraction>[.,]\d{1,6})?)(?<half>\s?[AaPp][Mm])?(?<zone> (?:UTC|GMT)| ?[+-]\d{2}:?\d{2}|Z)?)?$/;
const numericDate = /^(\d{1,2})([-/. ]|\. )(\d{1,2})\2(\d{2}|\d{4})$/;
const month = '[A-Za-z]{3,9}';

/** `{b}` stands for the name of a month; the marks between the parts are taken from the value. */
const shapes: { pattern: RegExp; parts: string[] }[] = [
  { pattern: new RegExp(`^\\d{1,2}([-/ .])(${month})([-/ .]|, )\\d{4}$`), parts: ['%d', '{b}', '%Y'] },
  { pattern: new RegExp(`^\\d{1,2}([-/ .])(${month})([-/ .]|, )\\d{2}$`), parts: ['%d', '{b}', '%y'] },
  { pattern: /^\d{1,2}()([A-Z][A-Za-z]{2})()\d{4}$/, parts: ['%d', '{b}', '%Y'] },
  { pattern: new RegExp(`^\\d{4}([-/ .])(${month})([-/ .])\\d{1,2}$`), parts: ['%Y', '{b}', '%d'] },
];
const monthFirst = new RegExp(`^(${month})([-/ .])\\d{1,2}([-/ ]|, )(\\d{4}|\\d{2})$`);
const monthYear = new RegExp(`^(${month})([-/ ]|, )(\\d{4})$`);

const fixedFormats: { pattern: RegExp; format: string }[] = [
  { pattern: /^\d{4}([-/.])\d{1,2}\1\d{1,2}$/, format: '' },
  { pattern: /^\d{4}年\d{1,2}月\d{1,2}日$/, format: '%Y年%m月%d日' },
  { pattern: /^\d{4}\. ?\d{1,2}\. ?\d{1,2}\.$/, format: '%Y. %m. %d.' },
  { pattern: /^(?:19|20)\d{2}-(?:0[1-9]|1[0-2])$/, format: '%Y-%m' },
  { pattern: /^(?:0[1-9]|1[0-2])\/(?:19|20)\d{2}$/, format: '%m/%Y' },
];

const compactDay = '(?:19|20)\\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\\d|3[01])';
const compactTime = '(?:[01]\\d|2[0-3])[0-5]\\d[0-5]\\d';
const compactFormats: { pattern: RegExp; format: string; needsName: boolean }[] = [
  { pattern: new RegExp(`^${compactDay}$`), format: '%Y%m%d', needsName: true },
  { pattern: new RegExp(`^${compactDay}${compactTime}$`), format: '%Y%m%d%H%M%S', needsName: false },
  { pattern: new RegExp(`^${compactDay}T${compactTime}Z$`), format: '%Y%m%dT%H%M%SZ', needsName: false },
  { pattern: new RegExp(`^${compactDay}T${compactTime}$`), format: '%Y%m%dT%H%M%S', needsName: false },
];
const dateNames = /date|day|time|when|_dt$|^dt|_at$|datum|tag$|fecha|data$|jour/i;
/** So many different numbers that all happen to be dates are dates. */
const convincingDates = 20;
const mostFormats = 6;

/** The date formats that fit at least `minimumShare` of the values. `order`: what other columns of the file tell. */
export function detectDateFormat(
  values: string[],
  columnName: string,
  minimumShare: number,
  order?: DayOrder,
): DateFormat | undefined {
  if (values.length === 0) return undefined;
  const enough = (count: number) => count > 0 && count >= values.length * minimumShare;
  const iso = values.filter((value) => isoPattern.test(value)).length;
  if (enough(iso)) return { formats: null, cleanups: [], matched: iso, isAmbiguous: false };
  for (const { pattern, format, needsName } of compactFormats) {
    const fitting = values.filter((value) => pattern.test(value));
    const isNamed = dateNames.test(columnName) || new Set(fitting).size >= convincingDates;
    if (enough(fitting.length) && (isNamed || !needsName))
      return { formats: [format], cleanups: [], matched: fitting.length, isAmbiguous: false };
  }
  const cleanups = dateCleanups(values);
  const plain = cleanups.length === 0 ? values : values.map((value) => cleaned(value, cleanups));
  const days = dayOrder(plain, order);
  if (days === 'contradictory') return undefined;
  const counts = new Map<string, number>();
  for (const value of plain) {
    const format = formatOf(value, days.isDayFirst);
    if (format) counts.set(format, (counts.get(format) ?? 0) + 1);
  }
  const ranked = [...counts].sort((first, second) => second[1] - first[1]).slice(0, mostFormats);
  const matched = ranked.reduce((sum, [, count]) => sum + count, 0);
  if (!enough(matched)) return undefined;
  return {
    formats: ranked.map(([format]) => format),
    cleanups,
    matched,
    isAmbiguous: days.isAmbiguous && ranked.some(([format]) => /^%[dm][^%]{1,2}%[dm]/.test(format)),
  };
}

const tolerableContradiction = 0.02;

/** A part above 12 is the day; without one the order of the rows may tell, else a dot speaks for day first, a slash for month first. */
function dayOrder(
  values: string[],
  known: DayOrder | undefined,
): { isDayFirst: boolean; isAmbiguous: boolean } | 'contradictory' {
  let firstAbove = 0;
  let secondAbove = 0;
  let dots = 0;
  const dates: { first: number; second: number; year: number }[] = [];
  for (const value of values) {
    const parts = numericDate.exec(timePart.exec(value)?.groups?.date ?? '');
    if (!parts) continue;
    const [first, second, year] = [Number(parts[1]), Number(parts[3]), Number(parts[4])];
    if (first > 31) continue;
    if (first > 12) firstAbove += 1;
    if (second > 12) secondAbove += 1;
    if (parts[2]?.startsWith('.')) dots += 1;
    dates.push({ first, second, year });
  }
  const lesser = Math.min(firstAbove, secondAbove);
  if (lesser > (firstAbove + secondAbove) * tolerableContradiction) return 'contradictory';
  if (firstAbove !== secondAbove) return { isDayFirst: firstAbove > secondAbove, isAmbiguous: false };
  if (known) return { isDayFirst: known === 'day', isAmbiguous: false };
  const dayFirst = isSorted(dates.map(({ first, second, year }) => (year * 100 + second) * 100 + first));
  const monthFirstSorted = isSorted(
    dates.map(({ first, second, year }) => (year * 100 + first) * 100 + second),
  );
  if (dayFirst !== monthFirstSorted && dates.length >= 5) return { isDayFirst: dayFirst, isAmbiguous: true };
  return { isDayFirst: dots > 0, isAmbiguous: true };
}

function isSorted(keys: number[]): boolean {
  const rises = keys.every((key, index) => index === 0 || key >= (keys[index - 1] ?? key));
  return rises || keys.every((key, index) => index === 0 || key <= (keys[index - 1] ?? key));
}

/** The order of day and month, where the values leave no doubt. */
export function certainDayOrder(values: string[]): DayOrder | undefined {
  const days = dayOrder(values, undefined);
  if (days === 'contradictory' || days.isAmbiguous) return undefined;
  return days.isDayFirst ? 'day' : 'month';
}

function formatOf(value: string, isDayFirst: boolean): string | undefined {
  const groups = timePart.exec(value)?.groups;
  if (!groups) return undefined;
  const format = dayFormat(groups.date ?? '', isDayFirst);
  if (!format || groups.time === undefined) return format;
  const hour = groups.half ? '%I' : '%H';
  const half = groups.half ? `${groups.half.startsWith(' ') ? ' ' : ''}%p` : '';
  const fraction = groups.fraction ? `${groups.fraction[0]}%f` : '';
  const { zone = '' } = groups;
  const offset = /\d/.test(zone) ? `${zone.startsWith(' ') ? ' ' : ''}%z` : zone;
  return `${format}${groups.gap}${hour}:%M${groups.seconds ? ':%S' : ''}${fraction}${half}${offset}`;
}

function dayFormat(date: string, isDayFirst: boolean): string | undefined {
  const parts = numericDate.exec(date);
  if (parts) {
    const [, first = '', mark = '/', , year = ''] = parts;
    if (Number(first) > 31) return year.length === 2 ? `%y${mark}%m${mark}%d` : undefined;
    const days = isDayFirst ? `%d${mark}%m` : `%m${mark}%d`;
    return `${days}${mark}${year.length === 4 ? '%Y' : '%y'}`;
  }
  const fixed = fixedFormats.find(({ pattern }) => pattern.test(date));
  if (fixed) return fixed.format || `%Y${date[4]}%m${date[4]}%d`;
  for (const { pattern, parts: order } of shapes) {
    const [, before, name, after] = pattern.exec(date) ?? [];
    if (name === undefined) continue;
    return `${order[0]}${before}${monthCode(name)}${after}${order[2]}`;
  }
  const [, leading, before, after, year] = monthFirst.exec(date) ?? [];
  if (leading !== undefined)
    return `${monthCode(leading)}${before}%d${after}${year?.length === 4 ? '%Y' : '%y'}`;
  const [, name, mark] = monthYear.exec(date) ?? [];
  return name === undefined ? undefined : `${monthCode(name)}${mark}%Y`;
}

function monthCode(name: string): string {
  return name.length === 3 ? '%b' : '%B';
}
