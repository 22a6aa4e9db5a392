import { type TextProfile, tidy } from './columns.ts';
import type { ValueCount } from './frequencies.ts';
import { kindsOf } from './patterns.ts';

const shownVariants = 3;

/** White space that people leave at the ends of a cell. */
const paddedPattern = /^[\t\n\v\f\r \u00a0]|[\t\n\v\f\r \u00a0]$/;
/** UTF-8 read as Latin-1 or as cp1252, or the mark of bytes that could not be read. */
const mojibakePattern = /[ÃÂ][\u0080-\u00bf]|â€|\ufffd/;

export interface TextFacts {
  blankCount: number;
  /** Of all values as UTF-8. */
  byteCount: number;
  text: TextProfile;
}

/** Figures of a text column from all its distinct values. */
export function profileTexts(pairs: readonly ValueCount[], valueCount: number): TextFacts {
  const lengths = new Map<number, number>();
  const folded = new Map<string, string[]>();
  let blankCount = 0;
  let byteCount = 0;
  let paddedCount = 0;
  let words = 0;
  let mojibakeCount = 0;
  for (const { value, count } of pairs) {
    const trimmed = value.trim();
    const length = codePoints(value);
    lengths.set(length, (lengths.get(length) ?? 0) + count);
    byteCount += Buffer.byteLength(value) * count;
    if (trimmed === '') blankCount += count;
    if (paddedPattern.test(value)) paddedCount += count;
    if (mojibakePattern.test(value)) mojibakeCount += count;
    words += wordCount(trimmed) * count;
    const fold = trimmed.toLowerCase();
    const variants = folded.get(fold);
    if (variants) variants.push(value);
    else folded.set(fold, [value]);
  }
  return {
    blankCount,
    byteCount,
    text: {
      ...lengthFigures([...lengths], valueCount),
      paddedCount,
      caseVariantCount: pairs.length - folded.size,
      caseVariants: [...folded.values()].filter((variants) => variants.length > 1).slice(0, shownVariants),
      meanWords: tidy(words / valueCount),
      mojibakeCount,
      kinds: kindsOf(pairs),
      patternRows: valueCount,
    },
  };
}

/** Pieces between single spaces. */
function wordCount(trimmed: string): number {
  let count = 1;
  for (let at = trimmed.indexOf(' '); at !== -1; at = trimmed.indexOf(' ', at + 1)) count += 1;
  return count;
}

function codePoints(value: string): number {
  let length = value.length;
  for (let index = 0; index < value.length; index += 1) {
    const unit = value.charCodeAt(index);
    if (unit >= 0xd800 && unit <= 0xdbff) length -= 1;
  }
  return length;
}

/** From pairs of length and number of values. */
export function lengthFigures(
  lengths: [length: number, count: number][],
  valueCount: number,
): Pick<TextProfile, 'minLength' | 'maxLength' | 'meanLength' | 'medianLength'> {
  const sorted = lengths.sort(([first], [second]) => first - second);
  const total = sorted.reduce((sum, [length, count]) => sum + length * count, 0);
  let reached = 0;
  // the lower one of two middle lengths
  const median = sorted.find(([, count]) => {
    reached += count;
    return reached * 2 >= valueCount;
  });
  return {
    minLength: sorted[0]?.[0] ?? null,
    maxLength: sorted.at(-1)?.[0] ?? null,
    meanLength: tidy(total / valueCount),
    medianLength: median?.[0] ?? null,
  };
}
