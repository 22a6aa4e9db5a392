import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ worker: true, env: { MAX_COLUMNS: '10' } });
});
afterAll(() => app.close());

const workbook = () => readFile(path.resolve(import.meta.dirname, '../fixtures/workbooks/openpyxl.xlsx'));

const read = async (id: string) =>
  (
    await app.query(
      `query ($id: ID!) { node(id: $id) { ... on Dataset { status rejection { code } rowCount
        dialect { sheet sheets } warnings { code } columns { name } } } }`,
      { id },
    )
  ).data.node;

const settled = (id: string) =>
  app.collect('subscription ($id: ID!) { datasetEvents(datasetId: $id) { __typename } }', { id });

test('a workbook is read from its first sheet, and again from the one that is told', async () => {
  const datasetId = await app.dataset('orders.xlsx', await workbook());
  const sheets = ['Orders', 'Notes & more', 'Secret'];
  expect(await read(datasetId)).toMatchObject({
    ...{ status: 'READY', rejection: null, rowCount: 3 },
    ...{ dialect: { sheet: 'Orders', sheets }, warnings: [{ code: 'OTHER_SHEETS' }] },
  });
  const choose = async (sheet: string) => {
    await app.mutate('updateDataset', { datasetId, dialect: { sheet } }, '{ dataset { id } }');
    await settled(datasetId);
    return read(datasetId);
  };
  expect(await choose('Nope')).toMatchObject({ status: 'REJECTED', rejection: { code: 'UNKNOWN_SHEET' } });
  expect(await choose('Notes & more')).toMatchObject({
    ...{ status: 'READY', rejection: null, rowCount: 4 },
    ...{ dialect: { sheet: 'Notes & more', sheets }, columns: [{ name: 'key' }, { name: 'value' }] },
  });
});

test('a table of more columns than MAX_COLUMNS is refused, and the next one is read', async () => {
  const header = (count: number) => Array.from({ length: count }, (_, index) => `f${index}`).join(',');
  const table = (count: number) => `${header(count)}\n${'1,'.repeat(count - 1)}1\n`;
  expect(await read(await app.dataset('wide.csv', table(11)))).toMatchObject({
    ...{ status: 'REJECTED', rejection: { code: 'TOO_MANY_COLUMNS' } },
  });
  expect(await read(await app.dataset('fits.csv', table(10)))).toMatchObject({
    status: 'READY',
    rowCount: 1,
  });
});
