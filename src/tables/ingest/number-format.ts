import type { Cleanup, ColumnFormat } from '#contract/table.ts';
import { cleaned, numberCleanups } from './cleanups.ts';

export interface NumberFormat extends Pick<ColumnFormat, 'decimal' | 'thousands' | 'unit'> {
  cleanups: Cleanup[];
  isInteger: boolean;
  /** Values that fit. */
  matched: number;
  /** The same digits could be read with the marks swapped: 1,234 is a thousand or a little more than one. */
  isAmbiguous: boolean;
  /** Values without the unit that most of the others carry. */
  unitless: number;
}

/** Longer spellings before those that they contain. */
const units =
  'US$ R$ A$ C$ CA$ AU$ NZ$ HK$ $ € £ ¥ ₹ ₽ ₩ ₺ ₪ ₫ ₴ ฿ % USD EUR GBP JPY CHF CNY INR AUD CAD NZD SEK NOK DKK PLN CZK HUF RUB BRL MXN ZAR KRW TRY SGD HKD RM Rs. Rs kr. kr zł Kč Ft Fr. руб. руб'
    .split(' ')
    .sort((first, second) => second.length - first.length);

interface Shape {
  decimal: '.' | ',';
  thousands: string;
  pattern: RegExp;
}

/** In order of preference: a value such as 1,234 fits two of them. A group is never led by a zero: 0,123 has no thousands. */
const shapes = {
  point: { decimal: '.', thousands: '', pattern: /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/ },
  pointComma: {
    decimal: '.',
    thousands: ',',
    pattern: /^[+-]?(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d?(?:,\d\d)*,\d{3}|\d+)(?:\.\d*)?$/,
  },
  comma: { decimal: ',', thousands: '', pattern: /^[+-]?(?:\d+|\d*,\d+)(?:[eE][+-]?\d+)?$/ },
  commaPoint: { decimal: ',', thousands: '.', pattern: /^[+-]?(?:[1-9]\d{0,2}(?:\.\d{3})+|\d+)(?:,\d*)?$/ },
  pointSpace: {
    decimal: '.',
    thousands: ' ',
    pattern: /^[+-]?(?:[1-9]\d{0,2}(?:[ \u00a0\u202f\u2009]\d{3})+|\d+)(?:\.\d*)?$/,
  },
  commaSpace: {
    decimal: ',',
    thousands: ' ',
    pattern: /^[+-]?(?:[1-9]\d{0,2}(?:[ \u00a0\u202f\u2009]\d{3})+|\d+)(?:,\d*)?$/,
  },
  pointApostrophe: {
    decimal: '.',
    thousands: "'",
    pattern: /^[+-]?(?:[1-9]\d{0,2}(?:['’]\d{3})+|\d+)(?:\.\d*)?$/,
  },
  commaApostrophe: {
    decimal: ',',
    thousands: "'",
    pattern: /^[+-]?(?:[1-9]\d{0,2}(?:['’]\d{3})+|\d+)(?:,\d*)?$/,
  },
} satisfies Record<string, Shape>;

const { point, pointComma, comma, commaPoint, ...grouped } = shapes;
const others: Shape[] = Object.values(grouped);
const specialPattern = /^[+-]?(?:inf|infinity)$/i;

/**
 * The way of writing numbers that fits most of the values; undefined when none fits `minimumShare`. `decimal`: the mark
 * that other columns of the file use for certain, or that its delimiter speaks for.
 */
export function detectNumberFormat(
  values: string[],
  decimal: '.' | ',' | undefined,
  minimumShare: number,
): NumberFormat | undefined {
  if (values.length === 0) return undefined;
  const cleanups = numberCleanups(values);
  const plain = cleanups.length === 0 ? values : values.map((value) => cleaned(value, cleanups));
  const unit = commonUnit(plain);
  const bare = unit === '' ? plain : plain.map((value) => stripUnit(value, unit));
  const order: Shape[] =
    decimal === ','
      ? [comma, commaPoint, point, ...others, pointComma]
      : [point, pointComma, comma, commaPoint, ...others];
  let best: { shape: Shape; matching: string[] } | undefined;
  for (const shape of order) {
    const matching = bare.filter(
      (value) => shape.pattern.test(value) || (shape.thousands === '' && specialPattern.test(value)),
    );
    if (matching.length > (best?.matching.length ?? 0)) best = { shape, matching };
  }
  if (!best || best.matching.length < values.length * minimumShare) return undefined;
  const { matching } = best;
  const shape = matching.some((value) => /[^\d+-]/.test(value)) ? best.shape : point;
  return {
    decimal: shape.decimal,
    thousands: shape.thousands,
    unit,
    cleanups,
    isInteger: matching.every((value) => !value.includes(shape.decimal) && !/[a-z]/i.test(value)),
    matched: matching.length,
    isAmbiguous: couldSwap(shape, matching),
    unitless: unit === '' ? 0 : plain.filter((value) => !value.includes(unit)).length,
  };
}

function couldSwap({ decimal, thousands }: Shape, matching: string[]): boolean {
  if (thousands !== '' && thousands !== ',' && thousands !== '.') return false;
  const marked = matching.filter((value) => /[.,]/.test(value));
  const mark = thousands === '' ? decimal : thousands;
  const once = mark === '.' ? /^[+-]?[1-9]\d{0,2}\.\d{3}$/ : /^[+-]?[1-9]\d{0,2},\d{3}$/;
  return marked.length > 0 && marked.every((value) => once.test(value));
}

function commonUnit(values: string[]): string {
  for (const unit of units) {
    const count = values.filter(
      (value) => value.startsWith(unit) || value.endsWith(unit) || value.startsWith(`-${unit}`),
    ).length;
    if (count > values.length / 2 && values.some((value) => value.includes(unit) && /\d/.test(value)))
      return unit;
  }
  return '';
}

function stripUnit(value: string, unit: string): string {
  return value
    .replace(unit, '')
    .trim()
    .replace(/^([+-])\s+/, '$1');
}

/** Codes such as postcodes: whole numbers that would lose a leading zero. */
export function hasLeadingZeros(values: string[]): boolean {
  const digits = values.filter((value) => /^\d+$/.test(value));
  const padded = digits.filter((value) => value.length > 1 && value.startsWith('0'));
  if (padded.length === 0) return false;
  const isFixedLength = digits.every((value) => value.length === digits[0]?.length);
  return isFixedLength || padded.length >= digits.length * 0.01;
}
