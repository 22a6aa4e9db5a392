import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { connect } from '../flow/client.ts';
import { installation } from '../flow/installation.ts';
import { testDatabase } from '../harness.ts';
import { breakingProxy, hashOf, randomTable, sendByTus } from './upload-client.ts';

const MEBIBYTE = 1024 ** 2;
const ticketFields = '... on RequestUploadSuccess { dataset { id } upload { url } }';

test('kill -9 of the server in mid-upload: the client goes on with the next one, nothing is lost or left', {
  timeout: 150_000,
}, async ({ onTestFinished }) => {
  const database = await testDatabase();
  const place = await installation(database.url);
  let server = await place.server();
  const proxy = await breakingProxy(server.url, 'PATCH');
  onTestFinished(async () => {
    await proxy.close();
    await place.close();
    await database.drop();
  });
  const client = connect(server.url);
  const content = randomTable(8 * MEBIBYTE);
  const asked = await client.query<{ requestUpload: { dataset: { id: string }; upload: { url: string } } }>(
    `mutation ($input: RequestUploadInput!) { requestUpload(input: $input) { ${ticketFields} } }`,
    { input: { fileName: 'table.csv', byteSize: content.length, protocols: ['TUS'] } },
  );
  const { dataset, upload } = asked.requestUpload;
  const kills = 2;
  proxy.breaks = Array.from({ length: kills }, () => ({
    after: MEBIBYTE + Math.floor(Math.random() * MEBIBYTE),
    end: 'HOLD' as const,
  }));
  const offsets: number[] = [];
  const sending = sendByTus(proxy.through(upload.url), content, {
    retryDelays: Array.from({ length: 300 }, () => 200),
    onBeforeRequest: (request) => {
      if (request.getMethod() === 'PATCH') offsets.push(Number(request.getHeader('Upload-Offset')));
    },
  });
  /** What is on the disk: the rest of what was let through may still be on its way there. */
  const keptBytes = async () => {
    const incoming = join(place.directory, 'files', '.incoming');
    const sizes = (await readdir(incoming)).map(async (name) => (await stat(join(incoming, name))).size);
    return Math.max(0, ...(await Promise.all(sizes)));
  };
  for (let kill = 1; kill <= kills; kill++) {
    await expect.poll(() => proxy.held, { timeout: 60_000 }).toBe(kill);
    await expect.poll(keptBytes, { timeout: 60_000 }).toBeGreaterThan((kill * MEBIBYTE) / 2);
    await server.end('SIGKILL');
    server = await place.server(Number(new URL(server.url).port));
  }
  expect(await sending).toBe(null);
  // each went on behind what the one before had brought
  const [first, second = 0, third = 0, ...more] = offsets;
  expect({ first, more }).toEqual({ first: 0, more: [] });
  expect(second).toBeGreaterThan(MEBIBYTE / 2);
  expect(third).toBeGreaterThan(MEBIBYTE);
  expect(third).toBeGreaterThanOrEqual(second);
  await client.query(
    'mutation ($input: CompleteUploadInput!) { completeUpload(input: $input) { __typename } }',
    { input: { datasetId: dataset.id, sha256: hashOf(content) } },
  );
  const { node } = await client.query<{ node: { status: string; download: { url: string } } }>(
    'query ($id: ID!) { node(id: $id) { ... on Dataset { status download { url } } } }',
    { id: dataset.id },
  );
  expect(node.status).toBe('INGESTING');
  const stored = Buffer.from(await (await fetch(node.download.url)).arrayBuffer());
  expect(hashOf(stored)).toBe(hashOf(content));
  const files = await readdir(join(place.directory, 'files'), { recursive: true, withFileTypes: true });
  expect(files.filter((entry) => entry.isFile())).toHaveLength(1);
});
