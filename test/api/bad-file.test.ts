import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ worker: true });
});
afterAll(() => app.close());

/** What is told of a file that was uploaded: its rejection, or its columns with what was odd. */
async function told(fileName: string, content: string | Uint8Array) {
  const id = await app.dataset(fileName, content);
  const { data } = await app.query(
    `query ($id: ID!) { node(id: $id) { ... on Dataset { status rejection { code message } rowCount
      columns { name type missingCount } dialect { repairs { code message count } }
      warnings { code message count } preview(first: 2) } } }`,
    { id },
  );
  return data.node;
}

const rejected = (code: string, message: string) => ({
  status: 'REJECTED',
  rejection: { code, message },
  ...{ rowCount: null, columns: null, dialect: null, warnings: [], preview: null },
});

describe('a file that is no table is REJECTED with what is wrong and what to do', () => {
  const png = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d]),
    Buffer.from('IHDR'),
    Buffer.alloc(512, 7),
  ]);

  test('a picture', async () => {
    expect(await told('photo.csv', png)).toEqual(
      rejected(
        'BINARY_FILE',
        'The file is a PNG picture, not a table. Export the table as CSV (or Parquet) and upload that.',
      ),
    );
  });
  test('an empty file', async () => {
    expect(await told('empty.csv', '')).toEqual(
      rejected('EMPTY_FILE', 'The file is empty. Check the export and upload it again.'),
    );
  });
  test('blank lines only', async () => {
    expect(await told('blank.csv', '\n\n  \n')).toEqual(
      rejected('EMPTY_FILE', 'The file is empty. Check the export and upload it again.'),
    );
  });
  test('a header without rows', async () => {
    expect(await told('header.csv', 'name,age\n')).toEqual(
      rejected(
        'NO_DATA_ROWS',
        'The file has a header with 2 columns and no rows below it. Export the data too, or say that there is no header. (line 1)',
      ),
    );
  });
  test('a gzip that is cut off', async () => {
    expect(await told('cut.csv.gz', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2]))).toEqual(
      rejected(
        'TRUNCATED_ARCHIVE',
        'The archive is cut off or damaged after 0 unpacked bytes. Upload it again, or unpack it first.',
      ),
    );
  });
});

describe('a table that is odd is read, and what was odd is told', () => {
  test('five rows', async () => {
    expect(await told('five.csv', 'x,y\n1,a\n2,b\n3,a\n4,b\n5,a\n')).toEqual({
      ...{ status: 'READY', rejection: null, rowCount: 5, warnings: [], dialect: { repairs: [] } },
      columns: [
        { name: 'x', type: 'integer', missingCount: 0 },
        { name: 'y', type: 'category', missingCount: 0 },
      ],
      preview: [
        { x: 1, y: 'a' },
        { x: 2, y: 'b' },
      ],
    });
  });

  test('two columns of one name', async () => {
    const repair = {
      code: 'DUPLICATE_NAMES_NUMBERED',
      message: 'Repeated column names got a number.',
      count: 1,
    };
    expect(await told('twice.csv', 'x,x,y\n1,10,a\n2,20,b\n3,30,a\n')).toEqual({
      ...{ status: 'READY', rejection: null, rowCount: 3, warnings: [], dialect: { repairs: [repair] } },
      columns: [
        { name: 'x', type: 'integer', missingCount: 0 },
        { name: 'x_2', type: 'integer', missingCount: 0 },
        { name: 'y', type: 'category', missingCount: 0 },
      ],
      preview: [
        { x: 1, x_2: 10, y: 'a' },
        { x: 2, x_2: 20, y: 'b' },
      ],
    });
  });

  test('a column without any value', async () => {
    expect(await told('hollow.csv', 'x,note,y\n1,,a\n2,,b\n3,,a\n')).toEqual({
      ...{ status: 'READY', rejection: null, rowCount: 3, warnings: [], dialect: { repairs: [] } },
      columns: [
        { name: 'x', type: 'integer', missingCount: 0 },
        { name: 'note', type: 'constant', missingCount: 3 },
        { name: 'y', type: 'category', missingCount: 0 },
      ],
      preview: [
        { x: 1, note: null, y: 'a' },
        { x: 2, note: null, y: 'b' },
      ],
    });
  });

  test('a column named __proto__ is a key like any other', async () => {
    const id = await app.dataset('proto.csv', '__proto__,constructor,y\n1,2,a\n3,4,b\n5,6,a\n');
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: `{ node(id: "${id}") { ... on Dataset { preview(first: 1) } } }` }),
    });
    expect(await response.text()).toBe(
      '{"data":{"node":{"preview":[{"__proto__":1,"constructor":2,"y":"a"}]}}}',
    );
  });
  test('3,000 columns', async () => {
    const names = Array.from({ length: 3_000 }, (_, index) => `column ${index}`);
    const row = (digit: number) => names.map(() => digit).join(',');
    const id = await app.dataset('wide.csv', `${names.join(',')}\n${row(1)}\n${row(2)}\n${row(3)}\n`);
    const { data } = await app.query(
      'query ($id: ID!) { node(id: $id) { ... on Dataset { status rowCount columns { name } preview(first: 1) } } }',
      { id },
    );
    expect(data.node).toEqual({
      ...{ status: 'READY', rowCount: 3 },
      columns: names.map((name) => ({ name })),
      preview: [Object.fromEntries(names.map((name) => [name, 1]))],
    });
  });
});
