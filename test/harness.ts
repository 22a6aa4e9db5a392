import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from 'graphql-ws';
import postgres from 'postgres';
import { inject } from 'vitest';
import { WebSocket } from 'ws';
import { createApp, openPorts } from '#app.ts';
import { readEnv } from '#env.ts';
import { newId } from '#ids.ts';
import { jobsOfDomains } from '#jobs-of-domains.ts';
import { createLog } from '#log.ts';
import { listen } from '#server/http.ts';

export type Answer<Data> = {
  data: Data;
  errors?: { message: string; extensions?: Record<string, unknown> }[];
};
// biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what the tests assert
type Any = any;

/** A database of the test's own on the shared PostgreSQL server. */
export async function testDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = inject('databaseUrl');
  const name = `test_${newId().replaceAll('-', '')}`;
  const admin = postgres(server, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create database ${name} template aliquot_template`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async drop() {
      await admin.unsafe(`drop database if exists ${name} with (force)`);
      await admin.end();
    },
  };
}

export type TestApp = Awaited<ReturnType<typeof createTestApp>>;

/** A whole Aliquot: real database, real files, real sandbox, HTTP and WebSocket; with `worker`, it works its queue too. */
export async function createTestApp(options: { worker?: boolean; env?: Record<string, string> } = {}) {
  const database = await testDatabase();
  const directory = await mkdtemp(join(tmpdir(), 'aliquot-test-'));
  const env = readEnv({ DATA_DIR: directory, PORT: '0', LOG_LEVEL: 'silent', ...options.env });
  const statements: string[] = [];
  const log = createLog({ level: env.LOG_LEVEL, name: 'test' });
  const ports = await openPorts({
    ...{ env, databaseUrl: database.url, log, monitor: false },
    onQuery: (text) => statements.push(text),
  });
  let url = '';
  const app = await createApp(ports, () => url);
  const server = await listen(ports, app, (address) => {
    url = address;
  });
  const { handlers, onLost, maintain } = jobsOfDomains(ports, app);
  if (options.worker) await ports.queue.work(handlers, onLost);
  const clients: Client[] = [];

  async function query<Data = Any>(
    document: string,
    variables: object = {},
    token?: string,
  ): Promise<Answer<Data>> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({ query: document, variables }),
    });
    return (await response.json()) as Answer<Data>;
  }

  return {
    ...{ url, database, env, ports, query, statements, services: app.services, directory, maintain },

    /** Runs a mutation that takes `input` and answers a union; gives the member that came. */
    async mutate<Result = Any>(
      name: string,
      input: object,
      selection: string,
      token?: string,
    ): Promise<Result> {
      const title = name.charAt(0).toUpperCase() + name.slice(1);
      const document = `mutation ($input: ${title}Input!) { ${name}(input: $input) { __typename
        ... on ${title}Success ${selection} ... on Error { code message path retryable } } }`;
      const { data, errors } = await query(document, { input }, token);
      if (errors) throw new Error(JSON.stringify(errors));
      return data[name];
    },

    /** A second owner: a bearer token of an account of its own. */
    async otherOwner(name = 'Other'): Promise<string> {
      const { accountId } = await app.services.accounts.createAccount(name);
      return app.services.accounts.issueToken(accountId, 3_600);
    },

    /** A real WebSocket client; closed with the app. */
    socket(token?: string): Client {
      const client = createClient({
        url: `${url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        ...(token ? { connectionParams: { authorization: `Bearer ${token}` } } : {}),
      });
      clients.push(client);
      return client;
    },

    /** Every answer of a subscription until it completes. */
    async collect<Event = Any>(
      document: string,
      variables: Record<string, unknown> = {},
      token?: string,
    ): Promise<Event[]> {
      const events: Event[] = [];
      for await (const { data, errors } of this.socket(token).iterate({ query: document, variables })) {
        if (errors) throw new Error(JSON.stringify(errors));
        events.push(Object.values(data ?? {})[0] as Event);
      }
      return events;
    },

    /** Uploads text as a file, by signed PUT; the dataset is being read when it returns. */
    async upload(fileName: string, content: string | Uint8Array, token?: string): Promise<string> {
      const body = typeof content === 'string' ? Buffer.from(content) : content;
      const requested = await this.mutate(
        'requestUpload',
        { fileName, byteSize: body.length },
        '{ dataset { id } upload { method url headers { name value } } }',
        token,
      );
      const { method, url: target } = requested.upload;
      const response = await fetch(target, { method, body: new Uint8Array(body) });
      if (!response.ok) throw new Error(await response.text());
      await this.mutate('completeUpload', { datasetId: requested.dataset.id }, '{ dataset { id } }', token);
      return requested.dataset.id;
    },

    /** Uploads and waits until the dataset is READY or REJECTED. */
    async dataset(fileName: string, content: string | Uint8Array, token?: string): Promise<string> {
      const id = await this.upload(fileName, content, token);
      const document = 'subscription ($id: ID!) { datasetEvents(datasetId: $id) { __typename } }';
      await this.collect(document, { id }, token);
      return id;
    },

    async close(): Promise<void> {
      for (const client of clients) await client.dispose();
      await server.close();
      await ports.close(1);
      await database.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
