/** How a workbook shows a number; decides what text the number becomes. */
export type NumberStyle = 'plain' | 'percent' | 'date' | 'time';

const percentIds = new Set([9, 10]);
const timeIds = new Set([18, 19, 20, 21, 45, 46, 47]);

/** By the id of a built-in format (ECMA-376, 18.8.30), else by its code. */
export function numberStyle(id: number, code: string | undefined): NumberStyle {
  if (code !== undefined) return styleOfCode(code);
  if (percentIds.has(id)) return 'percent';
  if (timeIds.has(id)) return 'time';
  const isDate = (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58);
  return isDate ? 'date' : 'plain';
}

function styleOfCode(code: string): NumberStyle {
  const bare = (code.split(';')[0] ?? '')
    .replaceAll(/"[^"]*"|\\.|_.|\*./g, '')
    .replaceAll(/\[(?:h+|m+|s+)\]/gi, 'h')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/general|am\/pm|a\/p/gi, '');
  if (bare.includes('%')) return 'percent';
  if (/[yd]/i.test(bare) || /m/i.test(bare.replaceAll(/h[^a-z]*m+|m+[^a-z]*s/gi, ''))) return 'date';
  return /[hs]/i.test(bare) ? 'time' : 'plain';
}

const dayMilliseconds = 86_400_000;
const lastSerial = 2_958_465;
const unixEpoch1900 = 25_569;
const unixEpoch1904 = 24_107;

/** Text of a stored number: the shortest that gives it back, or the date, time or percentage that it stands for. */
export function numberText(value: number, style: NumberStyle, is1904: boolean): string {
  if (!Number.isFinite(value)) return '';
  if (style === 'percent') return `${shortest(value * 100)}%`;
  if (style === 'time' && value >= 0 && value < 1) return clock(Math.round(value * dayMilliseconds));
  if (style !== 'plain' && value >= 0 && value <= lastSerial) return dateText(value, is1904);
  return String(value);
}

/** Fifteen digits are what a spreadsheet keeps; 0.07 * 100 is 7. */
function shortest(value: number): string {
  return String(Number(value.toPrecision(15)));
}

/** Days 1 to 60 of the 1900 system are off by one: it believes in 29 February 1900. */
function dateText(serial: number, is1904: boolean): string {
  const days = is1904 ? serial - unixEpoch1904 : serial - unixEpoch1900 + (serial < 60 ? 1 : 0);
  const iso = new Date(Math.round(days * dayMilliseconds)).toISOString();
  if (iso.endsWith('T00:00:00.000Z')) return iso.slice(0, 10);
  return iso.replace(/(\.000)?Z$/, '');
}

function clock(milliseconds: number): string {
  const text = new Date(Math.min(milliseconds, dayMilliseconds - 1)).toISOString().slice(11, 23);
  return text.endsWith('.000') ? text.slice(0, 8) : text;
}
