import type { ColumnType } from '#contract/report.ts';
import type { ColumnFormat } from '#contract/table.ts';

const textPatterns: { semanticType: string; pattern: RegExp }[] = [
  { semanticType: 'email', pattern: /^[^\s@]+@[^\s@]+\.[A-Za-z]{2,}$/ },
  { semanticType: 'url', pattern: /^(?:https?|ftp):\/\/\S+$|^www\.\S+\.\S+$/i },
  { semanticType: 'uuid', pattern: /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i },
  { semanticType: 'ip_address', pattern: /^(?:\d{1,3}\.){3}\d{1,3}$/ },
  { semanticType: 'time', pattern: /^\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:[AaPp][Mm])?$/ },
  { semanticType: 'coordinates', pattern: /^\(?-?\d{1,3}\.\d+\s*,\s*-?\d{1,3}\.\d+\)?$/ },
  { semanticType: 'numeric_code', pattern: /^\d+$/ },
  { semanticType: 'json', pattern: /^(?:\{.*\}|\[.*\])$/s },
];
const phonePattern = /^\+?[\d().\-\s]{7,20}$/;

/** What the values mean, from their shape and the column's name. */
export function semanticTypeOf(
  name: string,
  type: ColumnType,
  format: ColumnFormat,
  values: string[],
): string {
  const trimmed = values.map((value) => value.trim()).filter((value) => value !== '');
  if (type === 'constant') return 'constant';
  if (type === 'datetime') return trimmed.some((value) => /\d:\d{2}/.test(value)) ? 'timestamp' : 'date';
  if (
    type === 'integer' ||
    type === 'number' ||
    (type === 'id' && trimmed.every((value) => /^[+-]?\d+$/.test(value)))
  ) {
    return numberMeaning(name, type, format, trimmed);
  }
  if (type === 'boolean') return 'flag';
  const fits = (pattern: RegExp) =>
    trimmed.length > 0 && trimmed.filter((value) => pattern.test(value)).length >= trimmed.length * 0.95;
  const known = textPatterns.find(({ pattern }) => fits(pattern));
  if (known?.semanticType === 'numeric_code') return /zip|post|plz/i.test(name) ? 'postcode' : 'numeric_code';
  if (known) return known.semanticType;
  if (/phone|tel|mobile|fax/i.test(name) && fits(phonePattern)) return 'phone';
  if (type === 'text') return 'free_text';
  return type === 'id' ? 'identifier' : 'category';
}

function numberMeaning(name: string, type: ColumnType, { unit }: ColumnFormat, values: string[]): string {
  if (type === 'id') return 'identifier';
  if (unit === '%') return 'percentage';
  if (unit !== '') return 'currency';
  const numbers = values.map(Number).filter(Number.isFinite);
  const within = (low: number, high: number) =>
    numbers.length > 0 && numbers.every((value) => value >= low && value <= high);
  if (/^lat(?:itude)?$|_lat$|latitude/i.test(name) && within(-90, 90)) return 'latitude';
  if (/^(?:lng|lon|long|longitude)$|_(?:lng|lon)$|longitude/i.test(name) && within(-180, 180))
    return 'longitude';
  if (type === 'number') return 'measure';
  if (within(0, 1) && new Set(numbers).size === 2) return 'flag';
  if (/year|^yr$|jahr/i.test(name) && within(1500, 2200)) return 'year';
  if (new Set(numbers).size <= 10 && within(0, 20)) return 'ordinal';
  return within(0, Number.POSITIVE_INFINITY) ? 'count' : 'whole_number';
}

/** Names that people give to keys. */
export function isKeyName(name: string): boolean {
  return (
    /(?:^|[^a-z])(?:id|key|uuid|guid|rowid|index)$/i.test(name) ||
    /[a-z](?:Id|ID|Key)$/.test(name) ||
    name === '#'
  );
}
