import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../harness.ts';
import { spellings } from './spellings.ts';

const SECRET = 'nobody may read this';
const content = 'name,age\nAda,36\n';
let app: TestApp;
let datasetId: string;
/** Signed, each for its own path. */
let links: { put: string; tus: string; file: string };
/** What lies in the data directory, but for the store itself. */
const surroundings = async () =>
  (await readdir(app.directory, { recursive: true })).filter((name) => !name.startsWith('files/')).sort();

/** No worker: what is read later is not what this is about. */
beforeAll(async () => {
  app = await createTestApp();
  await writeFile(join(app.directory, 'secret.txt'), SECRET);
  datasetId = await app.upload('people.csv', content);
  const ticket = async (protocols: string[]) => {
    const input = { fileName: 'people.csv', byteSize: content.length, protocols };
    return (await app.mutate('requestUpload', input, '{ upload { url } }')).upload.url;
  };
  const { data } = await app.query(
    'query ($id: ID!) { node(id: $id) { ... on Dataset { download { url } } } }',
    { id: datasetId },
  );
  links = { put: await ticket(['PUT']), tus: await ticket(['TUS']), file: data.node.download.url };
});
afterAll(() => app?.close());

/** A request whose target is sent as it is spelled; null when the server closed the connection without a word. */
async function raw(
  method: string,
  target: string,
  headers: string[] = [],
  body = '',
): Promise<number | null> {
  const { hostname, port, host } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const head = [
    `${method} ${target} HTTP/1.1`,
    ...[`host: ${host}`, `content-length: ${body.length}`, 'connection: close'],
    ...headers,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  const answer = await text(socket).catch(() => '');
  expect(answer).not.toContain(SECRET);
  expect(answer).not.toContain('root:');
  return answer === '' ? null : Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}

const searchOf = (url: string) => new URL(url).search;
const tusHeaders = [
  ...['tus-resumable: 1.0.0', 'upload-offset: 0'],
  'content-type: application/offset+octet-stream',
];

describe('an address with a place outside in it is answered with 4xx', () => {
  const routes: [string, (spelling: string) => Promise<number | null>][] = [
    ['PUT /uploads/*', (spelling) => raw('PUT', `/uploads/${spelling}${searchOf(links.put)}`, [], content)],
    [
      'PATCH /uploads/*/tus',
      (spelling) => raw('PATCH', `/uploads/${spelling}/tus${searchOf(links.tus)}`, tusHeaders, content),
    ],
    [
      'HEAD /uploads/*/tus',
      (spelling) => raw('HEAD', `/uploads/${spelling}/tus${searchOf(links.tus)}`, tusHeaders),
    ],
    [
      'DELETE /uploads/*/tus',
      (spelling) => raw('DELETE', `/uploads/${spelling}/tus${searchOf(links.tus)}`, tusHeaders),
    ],
    [
      'PATCH /uploads/<id>/*',
      (spelling) =>
        raw('PATCH', `${new URL(links.tus).pathname}/${spelling}${searchOf(links.tus)}`, tusHeaders, content),
    ],
    ['GET /datasets/*/file', (spelling) => raw('GET', `/datasets/${spelling}/file${searchOf(links.file)}`)],
    [
      'GET /datasets/<id>/file/*',
      (spelling) => raw('GET', `${new URL(links.file).pathname}/${spelling}${searchOf(links.file)}`),
    ],
    ['GET /artifacts/*', (spelling) => raw('GET', `/artifacts/${spelling}${searchOf(links.file)}`)],
    ['GET /files/*', (spelling) => raw('GET', `/files/${spelling}`)],
    ['GET *', (spelling) => raw('GET', spelling)],
  ];

  test.each(routes)('%s', async (_route, ask) => {
    const before = await surroundings();
    const answers: [string, number | null][] = [];
    for (const spelling of spellings) answers.push([spelling, await ask(spelling)]);
    const wrong = answers.filter(([, status]) => status === null || status < 400 || status > 499);
    expect(wrong).toEqual([]);
    expect(await surroundings()).toEqual(before);
  });
});

describe('a name with a place outside in it', () => {
  /** Where the files of the store are, by the keys that the server made. */
  const strangers = async () => {
    const uuid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
    const all = await readdir(join(app.directory, 'files'), { recursive: true, withFileTypes: true });
    const names = all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const known = new RegExp(`^${app.directory}/files/(${uuid}/source/${uuid}|\\.incoming/[^/]+)$`);
    return names.filter((name) => !known.test(name));
  };

  test('comes back as text, from the API and in the head of a download', async () => {
    const before = await surroundings();
    for (const fileName of spellings) {
      const isText = !fileName.includes('\0');
      const input = { fileName, byteSize: content.length };
      const requested = await app.mutate(
        'requestUpload',
        input,
        '{ dataset { id name fileName } upload { url } }',
      );
      if (!isText) {
        expect(requested).toMatchObject({ code: 'TEXT_INVALID', path: ['input', 'fileName'] });
        continue;
      }
      const { id } = requested.dataset;
      expect(requested.dataset.fileName).toBe(fileName);
      expect((await fetch(requested.upload.url, { method: 'PUT', body: content })).status).toBe(204);
      await app.mutate('completeUpload', { datasetId: id }, '{ dataset { id } }');
      const { data } = await app.query(
        'query ($id: ID!) { node(id: $id) { ... on Dataset { fileName storageKey download { url } } } }',
        { id },
      );
      expect(data.node.fileName).toBe(fileName);
      expect(data.node.storageKey).toMatch(/^[0-9a-f-]{36}\/source\/[0-9a-f-]{36}$/);
      const download = await fetch(data.node.download.url);
      const [, plain = '', encoded = ''] =
        /^attachment; filename="([^"]*)"; filename\*=UTF-8''(\S*)$/.exec(
          download.headers.get('content-disposition') ?? '',
        ) ?? [];
      expect(plain).toMatch(/^[ !#-:<-[\]-~]+$/);
      expect(decodeURIComponent(encoded)).toBe(fileName);
      expect(await download.text()).toBe(content);
    }
    expect(await strangers()).toEqual([]);
    expect(await surroundings()).toEqual(before);
  });

  test('is only text in a multipart request too', async () => {
    const before = await surroundings();
    for (const fileName of spellings) {
      const query = `mutation ($input: UploadDatasetInput!) { uploadDataset(input: $input) { __typename
        ... on UploadDatasetSuccess { dataset { fileName storageKey } } ... on Error { code } } }`;
      const parts = [
        ['name="operations"', JSON.stringify({ query, variables: { input: { file: null } } })],
        ['name="map"', JSON.stringify({ 0: ['variables.input.file'] })],
        [`name="0"; filename="${fileName}"`, content],
      ];
      const body = parts.map(
        ([head, value]) => `--limit\r\ncontent-disposition: form-data; ${head}\r\n\r\n${value}\r\n`,
      );
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data; boundary=limit', 'x-graphql-yoga-csrf': '1' },
        body: `${body.join('')}--limit--\r\n`,
      });
      expect([fileName, response.status < 500]).toEqual([fileName, true]);
      const { data } = await response.json();
      const stored = data?.uploadDataset?.dataset?.storageKey;
      if (stored !== undefined) expect(stored).toMatch(/^[0-9a-f-]{36}\/source\/[0-9a-f-]{36}$/);
    }
    expect(await strangers()).toEqual([]);
    expect(await surroundings()).toEqual(before);
  });

  test('is no key of a sample, no id and no cursor', async () => {
    for (const spelling of spellings) {
      const refusal = spelling.includes('\0') ? 'TEXT_INVALID' : null;
      const sample = await app.mutate('createSampleDataset', { key: spelling }, '{ dataset { id } }');
      expect(sample.code).toBe(refusal ?? 'SAMPLE_NOT_FOUND');
      for (const mutation of ['completeUpload', 'resumeUpload', 'deleteDataset'])
        expect((await app.mutate(mutation, { datasetId: spelling }, '{ __typename }')).code).toBe(
          refusal ?? 'DATASET_NOT_FOUND',
        );
      const { data } = await app.query('query ($id: ID!) { node(id: $id) { id } }', { id: spelling });
      expect(data).toEqual({ node: null });
      const { errors } = await app.query(
        'query ($after: String) { datasets(after: $after) { nodes { id } } }',
        {
          after: spelling,
        },
      );
      expect(errors?.[0]?.extensions?.code).toBe('BAD_CURSOR');
    }
  });
});
