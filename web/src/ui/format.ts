const locale = navigator.language;
const integer = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
const units = ['B', 'KB', 'MB', 'GB', 'TB'];

export const count = (value: number): string => integer.format(value);
export const percent = (fraction: number, digits = 1): string => `${(100 * fraction).toFixed(digits)} %`;
export const dateTime = (iso: string): string => moment.format(new Date(iso));

/** Four significant digits, without an exponent where that can be read. */
export function decimal(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size >= 1e7 || size < 1e-4) return value.toExponential(2);
  return new Intl.NumberFormat(locale, { maximumSignificantDigits: size >= 1_000 ? 6 : 4 }).format(value);
}

/** Decimal units, as file managers show them. */
export function bytes(value: number | string): string {
  let size = Number(value);
  let unit = 0;
  while (size >= 1_000 && unit < units.length - 1) {
    size /= 1_000;
    unit++;
  }
  return `${unit === 0 ? size : size.toFixed(size < 10 ? 1 : 0)} ${units[unit]}`;
}

export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(1_000 * seconds)} ms`;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${Math.round(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function ago(iso: string, now = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1_000;
  const steps = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ] as const;
  for (const [unit, length] of steps) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit);
  }
  return relative.format(0, 'minute');
}
