import { getRandomValues } from 'node:crypto';

/** The rows of a fold as code gets them that must not know which is which. */
export interface Deal {
  /**
   * What lies at each place handed out: an index of the validation rows, or `-1 - index` of the training rows. Some rows
   * come twice, and some are training rows whose outcome is known: the same row must always become the same.
   */
  slots: Int32Array;
  /** Rows of each batch, of different sizes. */
  batches: number[];
}

const WITNESSES = 32;
const BATCHES = 6;

/** Shuffles the validation rows by secret chance, with witnesses among them; the first batch is one witness alone. */
export function dealRows(trainCount: number, validationCount: number): Deal {
  const known = sample(trainCount).map((index) => -1 - index);
  const repeated = sample(validationCount);
  const slots = Int32Array.from({ length: validationCount }, (_, index) => index);
  const dealt = new Int32Array(validationCount + known.length + repeated.length);
  dealt.set(slots);
  dealt.set(repeated, validationCount);
  dealt.set(known, validationCount + repeated.length);
  shuffle(dealt);
  const alone = dealt.findIndex((slot) => slot < 0);
  if (alone > 0) swap(dealt, 0, alone);
  return { slots: dealt, batches: unevenBatches(dealt.length) };
}

/** Up to 32 different indexes below `count`. */
function sample(count: number): number[] {
  const wanted = Math.min(count, WITNESSES);
  const found = new Set<number>();
  while (found.size < wanted) found.add(below(count));
  return [...found];
}

function unevenBatches(total: number): number[] {
  if (total === 0) return [];
  const ends = new Set([1, total]);
  const wanted = Math.min(total, BATCHES);
  while (ends.size < wanted) ends.add(1 + below(total));
  const sorted = [...ends].sort((one, other) => one - other);
  return sorted.map((end, index) => end - (sorted[index - 1] ?? 0));
}

function shuffle(items: Int32Array): void {
  for (let last = items.length - 1; last > 0; last -= 1) swap(items, last, below(last + 1));
}

function swap(items: Int32Array, one: number, other: number): void {
  const kept = items[one] ?? 0;
  items[one] = items[other] ?? 0;
  items[other] = kept;
}

let pool = new Uint32Array(0);
let used = 0;

/** A whole number from 0 up to `limit`, without it, that nobody can foresee. */
function below(limit: number): number {
  if (used === pool.length) {
    pool = getRandomValues(new Uint32Array(16_384));
    used = 0;
  }
  const drawn = pool[used] ?? 0;
  used += 1;
  return Math.floor((drawn / 2 ** 32) * limit);
}
