import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dealRows } from '#domains/preprocessing/custom-code/deal.ts';
import { differingColumn, readMatrix, takeBack } from '#domains/preprocessing/custom-code/matrix.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'aliquot-matrix-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

const columns = [
  { name: 'size', categories: null },
  { name: 'colour', categories: ['blue', 'red'] },
];
const good = { meta: { rows: 2, columns } as unknown, values: [1.5, 1, Number.NaN, 0] };

/** Reads what a job may have left: `meta` as JSON or as text, `values` as numbers or as so many bytes. */
function read({ meta, values }: { meta: unknown; values: number[] | number }) {
  const paths = { meta: join(directory, 'matrix.json'), values: join(directory, 'matrix.f32') };
  writeFileSync(paths.meta, typeof meta === 'string' ? meta : JSON.stringify(meta));
  writeFileSync(paths.values, Array.isArray(values) ? Buffer.from(Float32Array.from(values).buffer) : '');
  if (typeof values === 'number') truncateSync(paths.values, values);
  const files = Object.values(paths).map((path) => ({
    name: path.slice(directory.length + 1),
    byteSize: statSync(path).size,
  }));
  return readMatrix(directory, files, 2);
}

test('numbers, missing values and categories are taken as they are', async () => {
  const { meta, values } = await read(good);
  expect({ meta, values: [...values] }).toEqual(good);
});

test('a missing value carries nothing in its bits', async () => {
  const bits = Uint32Array.from([0x7fc00000, 0xffc12345, 0x7f812345, 0]);
  const { values } = await read({ ...good, values: [...new Float32Array(bits.buffer)] });
  expect([...new Uint32Array(values.buffer)]).toEqual([0x7fc00000, 0x7fc00000, 0x7fc00000, 0]);
});

const named = (name: string) => ({ rows: 2, columns: [{ name, categories: null }] });
const many = (count: number) => ({
  rows: 2,
  columns: Array.from({ length: count }, (_, at) => ({ name: `c${at}`, categories: null })),
});

test.each<[string, { meta?: unknown; values?: number[] | number }, RegExp]>([
  ['an infinite number', { values: [1, 0, Number.POSITIVE_INFINITY, 0] }, /“size” holds an infinite number/],
  ['the other infinity', { values: [Number.NEGATIVE_INFINITY, 0, 1, 0] }, /“size” holds an infinite number/],
  [
    'a category that is not there',
    { values: [1, 2, 1, 0] },
    /“colour” holds a category that it does not have/,
  ],
  ['a negative category', { values: [1, -1, 1, 0] }, /“colour” holds a category/],
  ['half a category', { values: [1, 0.5, 1, 0] }, /“colour” holds a category/],
  ['nothing but missing values', { values: Array(4).fill(Number.NaN) }, /nothing but missing values/],
  ['too few values', { values: [1, 0] }, /have 8 bytes, not 16/],
  ['too many values', { values: [1, 0, 1, 0, 1, 0] }, /have 24 bytes, not 16/],
  ['a huge file', { values: 2 ** 33 }, /have 8589934592 bytes, not 16/],
  ['other rows', { meta: { rows: 3, columns } }, /given 2 rows and says that it has made 3/],
  ['huge rows', { meta: { rows: 1e300, columns } }, /not as agreed/],
  ['negative rows', { meta: { rows: -2, columns } }, /not as agreed/],
  ['no columns', { meta: { rows: 2, columns: [] } }, /not as agreed/],
  ['too many columns', { meta: many(10_001) }, /not as agreed/],
  ['the same name twice', { meta: { rows: 2, columns: [columns[0], columns[0]] } }, /have the same name/],
  ['an empty name', { meta: named('') }, /not as agreed/],
  ['an endless name', { meta: named('x'.repeat(201)) }, /not as agreed/],
  ['a name that moves the cursor', { meta: named('\u001b[2J') }, /not as agreed/],
  ['a name that turns the line round', { meta: named('\u202eevil') }, /not as agreed/],
  ['a name of two lines', { meta: named('a\nb') }, /not as agreed/],
  [
    'a category twice',
    { meta: { rows: 2, columns: [columns[0], { name: 'c', categories: ['a', 'a'] }] } },
    /twice/,
  ],
  [
    'a number as a category',
    { meta: { rows: 2, columns: [{ name: 'c', categories: [1] }] } },
    /not as agreed/,
  ],
  ['a field more', { meta: { rows: 2, columns, score: 1 } }, /not as agreed/],
  ['a prototype', { meta: `{"rows":2,"columns":[],"__proto__":{"rows":2}}` }, /not as agreed/],
  ['NaN', { meta: '{"rows":NaN,"columns":[]}' }, /not as agreed/],
  ['no JSON', { meta: 'import os' }, /not as agreed/],
  ['deep JSON', { meta: '['.repeat(1_000_000) }, /not as agreed/],
  ['much JSON', { meta: ' '.repeat(17 * 2 ** 20) }, /too large/],
])('%s is refused', async (_, change, message) => {
  const outcome = read({ ...good, ...change });
  await expect(outcome).rejects.toMatchObject({
    code: 'CODE_CONTRACT',
    message: expect.stringMatching(message),
  });
});

test('files that are not there are missed', async () => {
  await expect(readMatrix(directory, [], 2)).rejects.toThrow('no description');
  await expect(
    read(good).then(() => readMatrix(directory, [{ name: 'matrix.json', byteSize: 9 }], 2)),
  ).rejects.toThrow('have no bytes');
});

test('every row is dealt, witnesses among them, the first one alone, in an order that nobody can foresee', () => {
  const orders = new Set<string>();
  for (let time = 0; time < 20; time += 1) {
    const { slots, batches } = dealRows(200, 100);
    const own = [...slots].filter((slot) => slot >= 0);
    const known = [...slots].filter((slot) => slot < 0).map((slot) => -1 - slot);
    expect(new Set(own).size).toBe(100);
    expect(own).toHaveLength(132);
    expect(new Set(known).size).toBe(32);
    expect(Math.max(...known)).toBeLessThan(200);
    expect(batches[0]).toBe(1);
    expect(slots[0]).toBeLessThan(0);
    expect(batches.reduce((sum, size) => sum + size, 0)).toBe(slots.length);
    orders.add(slots.join());
  }
  expect(orders.size).toBe(20);
});

test.each([
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
  [3, 2],
])('%i training and %i validation rows can be dealt and taken back', (trainCount, validationCount) => {
  const meta = { rows: 0, columns: [{ name: 'one', categories: null }] };
  const { slots, batches } = dealRows(trainCount, validationCount);
  expect(batches.every((size) => size > 0)).toBe(true);
  const valueAt = (slot: number) => (slot < 0 ? slot : slot + 0.25);
  const train = {
    meta,
    values: Float32Array.from({ length: trainCount }, (_, index) => valueAt(-1 - index)),
  };
  const dealt = { meta, values: Float32Array.from(slots, valueAt) };
  const { values } = takeBack(slots, dealt, train, validationCount);
  expect([...values]).toEqual(Array.from({ length: validationCount }, (_, index) => valueAt(index)));
});

const made = (values: number[], outOfFold = false) => ({
  meta: {
    rows: values.length,
    columns: [{ name: 'one', categories: null, ...(outOfFold ? { outOfFold } : {}) }],
  },
  values: Float32Array.from(values),
});

test('a training row may become another value only where it was made out of fold', () => {
  // validation row, witness of the second training row, the validation row again
  const slots = Int32Array.from([0, -2, 0]);
  const dealt = made([0.5, 9, 0.5]);
  expect(() => takeBack(slots, dealt, made([1, 2]), 1)).toThrow('another value than in training');
  expect([...takeBack(slots, dealt, made([1, 2], true), 1).values]).toEqual([0.5]);
  expect(() => takeBack(slots, made([0.5, 9, 0.7]), made([1, 2], true), 1)).toThrow('among other rows');
});

test('two matrices of the same rows differ by more than the last digits, or by their columns', () => {
  const one = made([1, 2, Number.NaN]);
  expect(differingColumn(one, made([1.00001, 2, Number.NaN]))).toBeNull();
  expect(differingColumn(one, made([1.01, 2, Number.NaN]))).toBe('one');
  expect(differingColumn(one, made([1, 2, 0]))).toBe('one');
  expect(differingColumn(one, made([1, 2]))).toBe('one');
  const renamed = { ...one, meta: { ...one.meta, columns: [{ name: 'other', categories: null }] } };
  expect(differingColumn(one, renamed)).toBe('one');
});
