/** Which rows of a table the gates look at, and how they are divided. */

/** At most so many of `rows`, drawn without chance: the same table always gives the same ones. Ascending. */
export function fewOf(rows: Uint32Array, most: number): Uint32Array {
  if (rows.length <= most) return rows;
  const drawn = shuffled(rows, rows.length);
  return drawn.slice(0, most).sort();
}

/** A permutation that `seed` decides. */
export function shuffled(rows: Uint32Array, seed: number): Uint32Array {
  const order = rows.slice();
  const next = numbersFrom(seed);
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(next() * (last + 1));
    const kept = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
}

/** Numbers from 0 up to 1, without it: Mulberry32. */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
