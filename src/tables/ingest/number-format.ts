import type { ColumnFormat } from '#contract/table.ts';

export interface NumberFormat extends Pick<ColumnFormat, 'decimal' | 'thousands' | 'unit'> {
  isInteger: boolean;
  /** Values that fit. */
  matched: number;
}

const units = ['$', '€', '£', '¥', '₹', '%', 'USD', 'EUR', 'GBP'];

interface Shape {
  decimal: '.' | ',';
  thousands: string;
  pattern: RegExp;
}

/** In order of preference: a value such as 1,234 fits two of them. */
const shapes: Shape[] = [
  { decimal: '.', thousands: '', pattern: /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/ },
  { decimal: '.', thousands: ',', pattern: /^[+-]?\d{1,3}(?:,\d{3})*(?:\.\d+)?$/ },
  { decimal: ',', thousands: '', pattern: /^[+-]?(?:\d+|\d*,\d+)(?:[eE][+-]?\d+)?$/ },
  { decimal: ',', thousands: '.', pattern: /^[+-]?\d{1,3}(?:\.\d{3})*(?:,\d+)?$/ },
  { decimal: '.', thousands: ' ', pattern: /^[+-]?\d{1,3}(?:[ \u00a0\u202f]\d{3})*(?:\.\d+)?$/ },
  { decimal: ',', thousands: ' ', pattern: /^[+-]?\d{1,3}(?:[ \u00a0\u202f]\d{3})*(?:,\d+)?$/ },
  { decimal: '.', thousands: "'", pattern: /^[+-]?\d{1,3}(?:['’]\d{3})*(?:\.\d+)?$/ },
];

const specialPattern = /^[+-]?(?:inf|infinity)$/i;

/** The way of writing numbers that fits most of the values; undefined when none fits `minimumShare`. */
export function detectNumberFormat(
  values: string[],
  prefersDecimalComma: boolean,
  minimumShare: number,
): NumberFormat | undefined {
  if (values.length === 0) return undefined;
  const unit = commonUnit(values);
  const bare = unit === '' ? values : values.map((value) => stripUnit(value, unit));
  const order = prefersDecimalComma
    ? [shapes[0], shapes[2], shapes[3], ...shapes.slice(4), shapes[1]]
    : shapes;
  let best: NumberFormat | undefined;
  for (const shape of order) {
    if (!shape) continue;
    const matching = bare.filter(
      (value) => shape.pattern.test(value) || (shape.thousands === '' && specialPattern.test(value)),
    );
    if (matching.length === 0 || (best && matching.length <= best.matched)) continue;
    const isInteger = matching.every(
      (value) => /^[+-]?[\d.,' \u00a0\u202f’]+$/.test(value) && !value.includes(shape.decimal),
    );
    best = { decimal: shape.decimal, thousands: shape.thousands, unit, isInteger, matched: matching.length };
  }
  return best && best.matched >= values.length * minimumShare ? best : undefined;
}

function commonUnit(values: string[]): string {
  for (const unit of units) {
    const count = values.filter(
      (value) => value.startsWith(unit) || value.endsWith(unit) || value.startsWith(`-${unit}`),
    ).length;
    if (count > values.length / 2) return unit;
  }
  return '';
}

function stripUnit(value: string, unit: string): string {
  return value.replace(unit, '').trim();
}

/** Codes such as postcodes: whole numbers that would lose a leading zero. */
export function hasLeadingZeros(values: string[]): boolean {
  const digits = values.filter((value) => /^\d+$/.test(value));
  const padded = digits.filter((value) => value.length > 1 && value.startsWith('0'));
  if (padded.length === 0) return false;
  const isFixedLength = digits.every((value) => value.length === digits[0]?.length);
  return isFixedLength || padded.length >= digits.length * 0.01;
}
