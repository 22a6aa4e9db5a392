import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

export type Metric = { key: string; value: number; basis: string };
export type Artifact = {
  name: string;
  byteSize: string;
  sha256: string;
  download: { url: string };
};
export type Run = {
  id: string;
  algorithm: string;
  status: string;
  rank: number | null;
  partial: boolean;
  score: number | null;
  scoreBasis: string | null;
  baselineScore: number | null;
  metrics: Metric[];
  artifacts: Artifact[];
};
export type Experiment = {
  id: string;
  status: string;
  taskType: string;
  metric: string;
  lastCursor: string;
  failure: { code: string; message: string } | null;
  bestRun: { id: string } | null;
  leaderboard: { nodes: Run[] };
};
export type Verification = {
  status: string;
  proved: boolean | null;
  bitEqual: boolean | null;
  difference: number | null;
  reason: string | null;
  environmentDifferences: string[];
  failure: { code: string } | null;
};
/** What a run that is as it was recorded comes to on the machine that has trained it. */
export const PROVED: Verification = {
  ...{ status: 'SUCCEEDED', proved: true, bitEqual: true, difference: 0, reason: null },
  ...{ environmentDifferences: [], failure: null },
};
export type NumberedEvent = { __typename: string; sequence: number; cursor: string; at: string };
export type ExperimentEvent = NumberedEvent & { algorithm?: string };
export type Question = {
  datasetId: string;
  target: string;
  budgetSeconds: number;
  taskType?: string;
  algorithms?: string[];
  maxTrials?: number;
  seed?: number;
};

const EVENTS = `subscription ($id: ID!, $after: String) {
  experimentEvents(experimentId: $id, after: $after) {
    __typename sequence cursor at
    ... on RunFinished { modelRun { algorithm } }
  }
}`;
const EXPERIMENT = `query ($id: ID!) { node(id: $id) { ... on Experiment {
  id status taskType metric lastCursor failure { code message } bestRun { id }
  leaderboard(first: 30) { nodes {
    id algorithm status rank partial score scoreBasis baselineScore metrics { key value basis }
    artifacts { name byteSize sha256 download { url } }
  } }
} } }`;

const VERIFICATION = `query ($id: ID!) { node(id: $id) { ... on ModelRun { verification {
  status proved bitEqual difference reason environmentDifferences failure { code } } } } }`;
const POLL_MILLISECONDS = 100;

type Raw = Omit<ExperimentEvent, 'sequence'> & { sequence: string; modelRun?: { algorithm: string } };

export type FlowClient = ReturnType<typeof connect>;

/** What a user's program does: the public API over HTTP and WebSocket, of any server. */
export function connect(url: string) {
  async function query<Data>(document: string, variables: object = {}): Promise<Data> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: document, variables }),
    });
    const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  /** The success of a mutation. @throws Error with the code of its failure. */
  async function mutate<Success>(name: string, input: object, selection: string): Promise<Success> {
    const title = name.charAt(0).toUpperCase() + name.slice(1);
    const document = `mutation ($input: ${title}Input!) { ${name}(input: $input) {
      ... on ${title}Success ${selection} ... on Error { code message } } }`;
    const data = await query<Record<string, Success & { code?: string; message?: string }>>(document, {
      input,
    });
    const result = data[name];
    if (!result || result.code) throw new Error(`${name}: ${result?.code} ${result?.message}`);
    return result;
  }

  /** A dataset whose bytes have arrived; it is being read. */
  async function upload(fileName: string, content: string | Uint8Array): Promise<string> {
    const body = Buffer.from(content as Uint8Array);
    const { dataset, upload: ticket } = await mutate<{
      dataset: { id: string };
      upload: { method: string; url: string };
    }>('requestUpload', { fileName, byteSize: body.length }, '{ dataset { id } upload { method url } }');
    const response = await fetch(ticket.url, { method: ticket.method, body: new Uint8Array(body) });
    if (!response.ok) throw new Error(await response.text());
    await mutate('completeUpload', { datasetId: dataset.id }, '{ dataset { id } }');
    return dataset.id;
  }

  async function* subscribe<Data>(document: string, variables: Record<string, unknown>) {
    const socket = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    try {
      for await (const { data, errors } of socket.iterate<Data>({ query: document, variables })) {
        if (errors) throw new Error(JSON.stringify(errors));
        if (data) yield data;
      }
    } catch (error) {
      throw error instanceof Error ? error : new Error('the connection is gone');
    } finally {
      await socket.dispose();
    }
  }

  async function* datasetEvents(id: string): AsyncGenerator<NumberedEvent> {
    const document =
      'subscription ($id: ID!) { datasetEvents(datasetId: $id) { __typename sequence cursor at } }';
    type Raw = Omit<NumberedEvent, 'sequence'> & { sequence: string };
    for await (const { datasetEvents: event } of subscribe<{ datasetEvents: Raw }>(document, { id })) {
      yield { ...event, sequence: Number(event.sequence) };
    }
  }

  return {
    query,
    mutate,
    upload,
    subscribe,
    /** A dataset that is READY, or REJECTED. */
    async dataset(fileName: string, content: string | Uint8Array): Promise<string> {
      const id = await upload(fileName, content);
      await all(datasetEvents(id));
      return id;
    },
    datasetEvents,
    async run(question: Question): Promise<string> {
      const selection = '{ experiment { id } }';
      const { experiment } = await mutate<{ experiment: { id: string } }>(
        'runExperiment',
        question,
        selection,
      );
      return experiment.id;
    },
    /** Events after a cursor, then live, until the experiment has ended or the connection is gone. */
    async *events(id: string, after: string | null = null): AsyncGenerator<ExperimentEvent> {
      for await (const data of subscribe<{ experimentEvents: Raw }>(EVENTS, { id, after })) {
        const { sequence, modelRun, ...rest } = data.experimentEvents;
        yield {
          ...rest,
          sequence: Number(sequence),
          ...(modelRun ? { algorithm: modelRun.algorithm } : {}),
        };
      }
    },
    /** Has a run fitted again; what came of it. */
    async verify(modelRunId: string): Promise<Verification> {
      await mutate('verifyModelRun', { modelRunId }, '{ modelRun { id } }');
      for (;;) {
        const { node } = await query<{ node: { verification: Verification } }>(VERIFICATION, {
          id: modelRunId,
        });
        if (!['QUEUED', 'RUNNING'].includes(node.verification.status)) return node.verification;
        await sleep(POLL_MILLISECONDS);
      }
    },
    async experiment(id: string): Promise<Experiment> {
      const { node } = await query<{ node: Experiment }>(EXPERIMENT, { id });
      return node;
    },
  };
}

/** Every event until the stream ends. */
export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** The numbers 1 to n, as an unbroken stream has them. */
export const unbroken = (events: readonly NumberedEvent[]): number[] => events.map((_, index) => index + 1);
export const sequences = (events: readonly NumberedEvent[]): number[] =>
  events.map(({ sequence }) => sequence);
