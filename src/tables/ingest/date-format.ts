export interface DateFormat {
  /** strptime formats; null: ISO 8601, which the engine casts by itself. */
  formats: string[] | null;
  matched: number;
  /** Day and month could be swapped: no value has a day above 12. */
  isAmbiguous: boolean;
}

const isoPattern =
  /^\d{4}[-/]\d{1,2}[-/]\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$/;
const timePart =
  /^(?<date>.*?)(?:(?<gap>[T ]|, )(?<time>\d{1,2}:\d{2}(?<seconds>:\d{2})?(?<fraction>\.\d+)?)(?<half>\s?[AaPp][Mm])?)?$/;
const numericDate = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{2}|\d{4})$/;

const namedDates: { pattern: RegExp; format: string }[] = [
  { pattern: /^\d{1,2}-[A-Za-z]{3}-\d{2}$/, format: '%d-%b-%y' },
  { pattern: /^\d{1,2}-[A-Za-z]{3}-\d{4}$/, format: '%d-%b-%Y' },
  { pattern: /^\d{1,2} [A-Za-z]{3} \d{4}$/, format: '%d %b %Y' },
  { pattern: /^\d{1,2} [A-Za-z]{4,9} \d{4}$/, format: '%d %B %Y' },
  { pattern: /^[A-Za-z]{3} \d{1,2}, \d{4}$/, format: '%b %d, %Y' },
  { pattern: /^[A-Za-z]{4,9} \d{1,2}, \d{4}$/, format: '%B %d, %Y' },
  { pattern: /^\d{1,2}\/[A-Za-z]{3}\/\d{4}$/, format: '%d/%b/%Y' },
  { pattern: /^\d{4}\.\d{1,2}\.\d{1,2}$/, format: '%Y.%m.%d' },
];

/** The date formats that fit at least `minimumShare` of the values. */
export function detectDateFormat(
  values: string[],
  columnName: string,
  minimumShare: number,
): DateFormat | undefined {
  if (values.length === 0) return undefined;
  const enough = (count: number) => count >= values.length * minimumShare;
  const iso = values.filter((value) => isoPattern.test(value)).length;
  if (iso > 0 && enough(iso)) return { formats: null, matched: iso, isAmbiguous: false };
  if (/date|day|_dt$|^dt/i.test(columnName)) {
    const compact = values.filter((value) =>
      /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/.test(value),
    ).length;
    if (compact > 0 && enough(compact)) return { formats: ['%Y%m%d'], matched: compact, isAmbiguous: false };
  }
  const counts = new Map<string, number>();
  const order = dayOrder(values);
  for (const value of values) {
    const format = formatOf(value, order.isDayFirst);
    if (format) counts.set(format, (counts.get(format) ?? 0) + 1);
  }
  const ranked = [...counts].sort((first, second) => second[1] - first[1]).slice(0, 4);
  const matched = ranked.reduce((sum, [, count]) => sum + count, 0);
  if (matched === 0 || !enough(matched)) return undefined;
  return {
    formats: ranked.map(([format]) => format),
    matched,
    isAmbiguous: order.isAmbiguous && ranked.some(([format]) => /^%[dm][-/.]%[dm]/.test(format)),
  };
}

/** A part above 12 is the day; without one a dot speaks for day first, a slash for month first. */
function dayOrder(values: string[]): { isDayFirst: boolean; isAmbiguous: boolean } {
  let firstAbove = 0;
  let secondAbove = 0;
  let slashes = 0;
  for (const value of values) {
    const parts = numericDate.exec(timePart.exec(value)?.groups?.date ?? '');
    if (!parts) continue;
    if (Number(parts[1]) > 12) firstAbove += 1;
    if (Number(parts[3]) > 12) secondAbove += 1;
    if (parts[2] === '/') slashes += 1;
  }
  if (firstAbove > secondAbove) return { isDayFirst: true, isAmbiguous: false };
  if (secondAbove > firstAbove) return { isDayFirst: false, isAmbiguous: false };
  return { isDayFirst: slashes === 0, isAmbiguous: true };
}

function formatOf(value: string, isDayFirst: boolean): string | undefined {
  const groups = timePart.exec(value)?.groups;
  if (!groups) return undefined;
  const date = groups.date ?? '';
  const parts = numericDate.exec(date);
  let format: string | undefined;
  if (parts) {
    const [, , mark = '/', , year = ''] = parts;
    const days = isDayFirst ? `%d${mark}%m` : `%m${mark}%d`;
    format = `${days}${mark}${year.length === 4 ? '%Y' : '%y'}`;
  } else if (/^\d{4}[-/]\d{1,2}[-/]\d{1,2}$/.test(date)) {
    format = `%Y${date[4]}%m${date[4]}%d`;
  } else {
    format = namedDates.find(({ pattern }) => pattern.test(date))?.format;
  }
  if (!format || groups.time === undefined) return format;
  const hour = groups.half ? '%I' : '%H';
  const half = groups.half ? `${groups.half.startsWith(' ') ? ' ' : ''}%p` : '';
  return `${format}${groups.gap}${hour}:%M${groups.seconds ? ':%S' : ''}${groups.fraction ? '.%g' : ''}${half}`;
}
