import { createHash } from 'node:crypto';

/** Smaller tables have no rows to spare. */
const largestWithoutHoldout = 1_000;
const heldOutShare = 0.2;
/** Part of every key: another division means another number here. */
export const holdoutSeed = 0;

export interface Holdout {
  /** Whether there is one: a table of at most 1,000 rows has none. */
  readonly exists: boolean;
  /** Whether a row of the Parquet copy, counted from 0, is held out. */
  isHeldOut(row: number): boolean;
  /** How many rows are not held out. */
  developmentCount(): number;
  /** Numbers of all rows that are not held out, ascending. */
  developmentRows(): Uint32Array;
  /** Numbers of all rows that are, ascending. */
  heldOutRows(): Uint32Array;
}

export interface HoldoutOf {
  /** Of the file as it was uploaded. */
  datasetSha256: string;
  /** Name of the target as it stands in the file. */
  target: string;
  rowCount: number;
}

/**
 * One row in five that nobody looks at while a preparation is planned: neither the analysis where it tells of the target,
 * nor whoever writes steps, nor the gates before their last look. Each row is drawn by itself, by a hash of its place and
 * of the table: the same at every run and on every machine. Training uses all rows.
 */
export function holdoutOf({ datasetSha256, target, rowCount }: HoldoutOf): Holdout {
  const exists = rowCount > largestWithoutHoldout;
  const key = createHash('sha256')
    .update(JSON.stringify([datasetSha256, target, holdoutSeed]))
    .digest();
  const first = key.readUInt32LE(0);
  const second = key.readUInt32LE(4);
  const limit = exists ? heldOutShare * 2 ** 32 : 0;
  const isHeldOut = (row: number) => mix(mix(row ^ first) ^ second) < limit;
  const rowsWhere = (wanted: boolean) => {
    const rows = new Uint32Array(rowCount);
    let found = 0;
    for (let row = 0; row < rowCount; row += 1) {
      if (isHeldOut(row) !== wanted) continue;
      rows[found] = row;
      found += 1;
    }
    return rows.slice(0, found);
  };
  return {
    exists,
    isHeldOut,
    developmentCount() {
      let count = rowCount;
      if (exists) for (let row = 0; row < rowCount; row += 1) if (isHeldOut(row)) count -= 1;
      return count;
    },
    developmentRows: () => rowsWhere(false),
    heldOutRows: () => rowsWhere(true),
  };
}

/** The finaliser of MurmurHash3: every bit of the input sways every bit of the output. */
function mix(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
