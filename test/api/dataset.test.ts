import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ worker: true });
});
afterAll(() => app.close());

const people = 'name,age\nAda,36\nGrace,85\nAlan,41\n';

const read = async (id: string) =>
  (
    await app.query(
      `query ($id: ID!) { node(id: $id) { ... on Dataset { name fileName status rejection { code message } byteSize sha256
        rowCount columns { name position type } preview(first: 2) } } }`,
      { id },
    )
  ).data.node;

/** Waits until the file has been read (again). */
const settled = (id: string) =>
  app.collect('subscription ($id: ID!) { datasetEvents(datasetId: $id) { __typename } }', { id });

/** The keys of everything in the store, once what nobody refers to has been swept; not what is just arriving. */
async function files(): Promise<string[]> {
  await app.services.objects.sweep(new Date(Date.now() + 2 * 3_600_000));
  const store = join(app.directory, 'files');
  const all = await readdir(store, { recursive: true, withFileTypes: true });
  return all
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(store, join(parentPath, name)))
    .filter((key) => !key.startsWith('.incoming/'))
    .sort();
}

describe('an upload', () => {
  test('goes through a signed PUT and ends as a table', async () => {
    const id = await app.dataset('people.csv', people);
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

describe('a sample', () => {
  test.each([
    ['penguins', 'Penguins', 'penguins.csv', 344, 'species'],
    ['telco-churn', 'Telco churn', 'telco_churn.csv', 7043, 'churn'],
    ['diabetes', 'Diabetes progression', 'diabetes.csv', 442, 'progression'],
  ])('%s becomes a dataset that holds its target', async (key, name, fileName, rowCount, target) => {
    const { dataset } = await app.mutate('createSampleDataset', { key }, '{ dataset { id } }');
    await settled(dataset.id);
    const made = await read(dataset.id);
    expect(made).toMatchObject({ name, fileName, status: 'READY', rejection: null, rowCount });
    expect(made.columns.map((column: { name: string }) => column.name)).toContain(target);
  });

  test('that does not exist is not found', async () => {
    expect(await app.mutate('createSampleDataset', { key: '../package.json' }, '{ dataset { id } }')).toEqual(
      {
        __typename: 'NotFoundError',
        code: 'SAMPLE_NOT_FOUND',
        message: 'There is no sample with this key; `sampleDatasets` lists them.',
        path: ['input', 'key'],
        retryable: false,
      },
    );
  });

  test('is listed with its target', async () => {
    const { data } = await app.query('{ sampleDatasets { key name target } }');
    expect(data.sampleDatasets).toEqual([
      { key: 'penguins', name: 'Penguins', target: 'species' },
      { key: 'telco-churn', name: 'Telco churn', target: 'churn' },
      { key: 'diabetes', name: 'Diabetes progression', target: 'progression' },
    ]);
  });
});

describe('updateDataset', () => {
  const update = (input: object) =>
    app.mutate('updateDataset', input, '{ dataset { name status dialect { delimiter hasHeader } } }');

  test('renames without reading the file again', async () => {
    const datasetId = await app.dataset('people.csv', people);
    expect(await update({ datasetId, name: '  Famous people ' })).toEqual({
      __typename: 'UpdateDatasetSuccess',
      dataset: { name: 'Famous people', status: 'READY', dialect: { delimiter: ',', hasHeader: true } },
    });
  });

  test('reads the file again with the dialect given; the stream of events goes on', async () => {
    const datasetId = await app.dataset('people.csv', people);
    const before = await files();
    const { dataset } = await update({ datasetId, dialect: { hasHeader: false } });
    expect(dataset.status).toBe('INGESTING');
    const events = await settled(datasetId);
    const states = events.filter((event) => event.__typename !== 'IngestionProgressed');
    expect(states.map((event) => event.__typename)).toEqual([
      ...['IngestionStarted', 'DatasetReady'],
      ...['IngestionStarted', 'DatasetReady'],
    ]);
    expect(await read(datasetId)).toMatchObject({
      ...{ status: 'READY', rowCount: 4 },
      columns: [{ type: 'category' }, { type: 'category' }],
    });
    // the table of the first reading is not kept beside the new one
    expect(await files()).toHaveLength(before.length);
  });

  test('reads the file again with the column types given', async () => {
    const datasetId = await app.dataset('people.csv', people);
    await update({ datasetId, columnTypes: [{ name: 'age', type: 'category' }] });
    await settled(datasetId);
    expect(await read(datasetId)).toMatchObject({
      columns: [
        { name: 'name', type: 'category' },
        { name: 'age', type: 'category' },
      ],
    });
  });

  test('tells what is wrong, and where', async () => {
    const datasetId = await app.dataset('people.csv', people);
    const fault = async (change: object) => {
      const { code, path } = await update({ datasetId, ...change });
      return { code, path: path?.join('.') };
    };
    expect({
      noName: await fault({ name: '  ' }),
      longName: await fault({ name: 'x'.repeat(256) }),
      noColumn: await fault({ columnTypes: [{ name: 'Age', type: 'text' }] }),
      noType: await fault({ columnTypes: [{ name: 'age', type: 'float' }] }),
      delimiter: await fault({ dialect: { delimiter: '-----' } }),
      delimiterIsQuote: await fault({ dialect: { delimiter: '"', quote: '"' } }),
      quote: await fault({ dialect: { quote: '""' } }),
      escape: await fault({ dialect: { escape: '' } }),
      skipRows: await fault({ dialect: { skipRows: -1 } }),
      decimal: await fault({ dialect: { decimal: ';' } }),
      nul: await fault({ dialect: { encoding: 'utf-8\0' } }),
    }).toEqual({
      noName: { code: 'NAME_INVALID', path: 'input.name' },
      longName: { code: 'NAME_INVALID', path: 'input.name' },
      noColumn: { code: 'COLUMN_NOT_FOUND', path: 'input.columnTypes.0.name' },
      noType: { code: 'COLUMN_TYPE_UNKNOWN', path: 'input.columnTypes.0.type' },
      delimiter: { code: 'DIALECT_INVALID', path: 'input.dialect.delimiter' },
      delimiterIsQuote: { code: 'DIALECT_INVALID', path: 'input.dialect.delimiter' },
      quote: { code: 'DIALECT_INVALID', path: 'input.dialect.quote' },
      escape: { code: 'DIALECT_INVALID', path: 'input.dialect.escape' },
      skipRows: { code: 'DIALECT_INVALID', path: 'input.dialect.skipRows' },
      decimal: { code: 'DIALECT_INVALID', path: 'input.dialect.decimal' },
      nul: { code: 'TEXT_INVALID', path: 'input.dialect.encoding' },
    });
  });

  test('an encoding that does not exist is a rejection that says so, and can be taken back', async () => {
    const datasetId = await app.dataset('people.csv', people);
    await update({ datasetId, dialect: { encoding: 'utf-12' } });
    await settled(datasetId);
    expect(await read(datasetId)).toMatchObject({
      status: 'REJECTED',
      rejection: { code: expect.stringMatching(/^[A-Z_]+$/), message: expect.stringContaining('utf-12') },
      preview: null,
    });
    await update({ datasetId, dialect: { encoding: 'utf-8' } });
    await settled(datasetId);
    expect(await read(datasetId)).toMatchObject({ status: 'READY', rejection: null, rowCount: 3 });
  });
});

describe('a download', () => {
  const linkOf = async (id: string, seconds = 300) =>
    (
      await app.query(
        'query ($id: ID!, $seconds: Int!) { node(id: $id) { ... on Dataset { download(expiresInSeconds: $seconds) { url } } } }',
        { id, seconds },
      )
    ).data.node.download.url as string;

  test('gives the file as it was uploaded, whole or in part', async () => {
    const url = await linkOf(await app.upload('people.csv', people));
    const get = async (range?: string, method = 'GET') => {
      const response = await fetch(url, { method, headers: range ? { range } : {} });
      const { status, headers } = response;
      return [status, headers.get('content-range'), headers.get('content-length'), await response.text()];
    };
    expect({
      whole: await get(),
      head: await get(undefined, 'HEAD'),
      first: await get('bytes=0-3'),
      middle: await get('bytes=9-14'),
      open: await get('bytes=25-'),
      last: await get('bytes=-8'),
      beyond: await get('bytes=24-900'),
      outside: await get('bytes=33-'),
      nonsense: await get('bytes=x-y'),
    }).toEqual({
      whole: [200, null, '33', people],
      head: [200, null, '33', ''],
      first: [206, 'bytes 0-3/33', '4', 'name'],
      middle: [206, 'bytes 9-14/33', '6', 'Ada,36'],
      open: [206, 'bytes 25-32/33', '8', 'Alan,41\n'],
      last: [206, 'bytes 25-32/33', '8', 'Alan,41\n'],
      beyond: [206, 'bytes 24-32/33', '9', '\nAlan,41\n'],
      outside: [416, 'bytes */33', null, ''],
      nonsense: [200, null, '33', people],
    });
  });

  test.each([
    ['../../etc/passwd', `attachment; filename="../../etc/passwd"; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd`],
    ['a"b;c\\d.csv', `attachment; filename="a_b_c_d.csv"; filename*=UTF-8''a%22b%3Bc%5Cd.csv`],
    [`it's (1)*.csv`, `attachment; filename="it's (1)*.csv"; filename*=UTF-8''it%27s%20%281%29%2a.csv`],
    ['Größe 数.csv', `attachment; filename="Gr__e _.csv"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%E6%95%B0.csv`],
    [
      'a\r\nset-cookie: x.csv',
      `attachment; filename="a__set-cookie: x.csv"; filename*=UTF-8''a%0D%0Aset-cookie%3A%20x.csv`,
    ],
    ['%2e%2e%2f.csv', `attachment; filename="_2e_2e_2f.csv"; filename*=UTF-8''%252e%252e%252f.csv`],
  ])('is named %j without a way out of the header or of a directory', async (fileName, disposition) => {
    const id = await app.upload(fileName, people);
    const response = await fetch(await linkOf(id));
    expect({
      body: await response.text(),
      disposition: response.headers.get('content-disposition'),
      sniff: response.headers.get('x-content-type-options'),
      fileName: (await read(id)).fileName,
    }).toEqual({ ...{ body: people, disposition, sniff: 'nosniff' }, fileName });
    for (const key of await files()) expect(key).toMatch(/^[0-9a-f-]{36}\/(source|table)\/[0-9a-f-]{36}$/);
  });

  test('is refused once its link has expired or was changed', async () => {
    const id = await app.upload('people.csv', people);
    const brief = await linkOf(id, 1);
    const other = new URL(await linkOf(await app.upload('other.csv', people)));
    const changed = new URL(await linkOf(id));
    changed.searchParams.set('expires', String(Number(changed.searchParams.get('expires')) + 60));
    const swapped = new URL(await linkOf(id));
    swapped.search = other.search;
    const bare = new URL(swapped);
    bare.search = '';
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    for (const url of [brief, changed, swapped, bare]) {
      const response = await fetch(url);
      expect({ status: response.status, ...(await response.json()) }).toEqual({
        ...{ status: 404, code: 'LINK_INVALID', path: null, retryable: false },
        title: 'This link is not valid or has expired.',
        message: 'This link is not valid or has expired.',
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
    }
  });

  test.each([0, 901, -5])('takes no link for %d seconds', async (seconds) => {
    const id = await app.upload('people.csv', people);
    const { errors } = await app.query(
      'query ($id: ID!, $seconds: Int!) { node(id: $id) { ... on Dataset { download(expiresInSeconds: $seconds) { url } } } }',
      { id, seconds },
    );
    expect(errors).toEqual([
      {
        message: 'Argument “expiresInSeconds” takes 1 to 900.',
        path: ['node', 'download'],
        locations: [{ line: 1, column: 69 }],
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });
});
