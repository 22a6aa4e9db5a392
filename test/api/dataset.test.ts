import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ worker: true });
});
afterAll(() => app.close());

const read = async (id: string) =>
  (
    await app.query(
      `query ($id: ID!) { node(id: $id) { ... on Dataset { name fileName status rejection { code message } byteSize sha256
        rowCount columns { name position type } preview(first: 2) } } }`,
      { id },
    )
  ).data.node;

describe('an upload', () => {
  test('goes through a signed PUT and ends as a table', async () => {
    const id = await app.dataset('people.csv', 'name,age\nAda,36\nGrace,85\nAlan,41\n');
    expect(await read(id)).toEqual({
      name: 'people',
      fileName: 'people.csv',
      status: 'READY',
      rejection: null,
      byteSize: '33',
      sha256: '9a2cffca840b9ecb92da7c0702a01465fcc125de37d51f59c690909fd476a634',
      rowCount: 3,
      columns: [
        { name: 'name', position: 0, type: 'category' },
        { name: 'age', position: 1, type: 'integer' },
      ],
      preview: [
        { name: 'Ada', age: 36 },
        { name: 'Grace', age: 85 },
      ],
    });
  });
});
