import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BegunUpload, findFile, upload } from '#cli/remote/upload.ts';
import { createTestApp, type TestApp } from '../harness.ts';

let app: TestApp;
let directory: string;
beforeAll(async () => {
  app = await createTestApp();
  directory = await mkdtemp(join(tmpdir(), 'aliquot-memory-'));
});
afterAll(async () => {
  await app.close();
  await rm(directory, { recursive: true, force: true });
});

test('an upload that was killed before its answer came is asked for again, not twice', async () => {
  const path = join(directory, 'table.csv');
  await writeFile(path, 'a,b\n1,2\n');
  const connection = { url: app.url, token: null, signal: new AbortController().signal };
  const noted: BegunUpload[] = [];
  /** A call that ends at its note number `end`, as one that is killed there. */
  const attempt = async (end: number) => {
    let notes = 0;
    const memory = {
      recall: async () => noted.at(-1) ?? null,
      remember: async (begun: BegunUpload) => {
        if (++notes === end) throw new Error('killed');
        noted.push(begun);
      },
      forget: async () => {},
    };
    return upload(connection, await findFile(path), { tell: () => {}, memory });
  };
  await expect(attempt(2)).rejects.toThrow('killed');
  expect(noted).toEqual([{ idempotencyKey: expect.any(String), datasetId: null }]);
  const { datasetId } = await attempt(3);
  const { data } = await app.query('{ datasets(first: 10) { nodes { id status } } }');
  expect(data.datasets.nodes).toEqual([{ id: datasetId, status: 'INGESTING' }]);
});
