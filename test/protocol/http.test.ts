import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

/** Queries by GET are for programs that say who they are: pages of other sites cannot set a header. */
const fetchAsProgram: typeof fetch = (url, init) =>
  fetch(url, { ...init, headers: { ...(init?.headers as object), 'x-aliquot-client': 'audit' } });

// the address is known only when the server listens
const audits = serverAudits({
  url: () => `${app.url}/graphql`,
  fetchFn: fetchAsProgram,
});

describe('GraphQL over HTTP', () => {
  test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))(
    '%s: %s',
    async (_id, _name, audit) => {
      const result = await audit.fn();
      expect(result.status === 'ok' ? 'ok' : `${result.status}: ${result.reason}`).toBe('ok');
    },
  );

  test('is audited as a whole', () => {
    expect(audits).toHaveLength(61);
  });

  test('streams a subscription as server-sent events', async () => {
    const { dataset } = await app.mutate('createSampleDataset', { key: 'penguins' }, '{ dataset { id } }');
    const aborter = new AbortController();
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({
        query: 'subscription ($id: ID!) { datasetEvents(datasetId: $id) { __typename sequence } }',
        variables: { id: dataset.id },
      }),
      signal: aborter.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    for await (const part of response.body ?? []) {
      text += Buffer.from(part).toString();
      if (text.includes('data:')) break;
    }
    aborter.abort();
    expect(text).toContain(
      'data: {"data":{"datasetEvents":{"__typename":"IngestionStarted","sequence":"1"}}}',
    );
  });
});
