import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { generationSpend } from '#domains/preprocessing/table.ts';
import type { PlanRequest } from '#ports/generator.ts';
import { inputTokens, type MessagesRequest } from '../messages-server/requests.ts';
import { API_KEY, type Scene } from '../messages-server/server.ts';
import { answerOf, goodSteps, loans } from './tables.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

let bench: Workbench;
let request: PlanRequest;
beforeAll(async () => {
  bench = await openWorkbench();
});
afterAll(() => bench.close());
beforeEach(async () => {
  bench.server.forget();
  bench.logged.length = 0;
  request = await bench.request(loans(), 'repaid');
});

const text = answerOf(goodSteps);
const good = { text };
const columns = [['amount'], ['signed'], ['income']];

type Change = Parameters<Workbench['open']>[1];

/** What a draft ends with: the columns of its steps, or its error. */
async function outcome(change: Change = {}) {
  try {
    const { steps } = await bench.open(request, change).draft([]);
    return steps.map((step) => step.columns);
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return { code, message };
  }
}

/** What this job has spent, and whether all of it is settled. */
async function spent() {
  const rows = await bench.db
    .select()
    .from(generationSpend)
    .where(eq(generationSpend.preprocessingId, request.preprocessingId));
  return {
    microUsd: rows.reduce((sum, row) => sum + row.microUsd, 0),
    isSettled: rows.every(({ settledAt }) => settledAt !== null),
  };
}

const unavailable = (message: string) => ({ code: 'GENERATOR_UNAVAILABLE', message });
const overloaded: Scene = { status: 529, type: 'overloaded_error', headers: { 'retry-after-ms': '1' } };

describe('an answer that ends', () => {
  test('at its own end is taken', async () => {
    bench.server.plan({ text, stopReason: 'end_turn' });
    expect(await outcome()).toEqual(columns);
  });

  test('at a stop sequence is taken', async () => {
    bench.server.plan({ text, stopReason: 'stop_sequence' });
    expect(await outcome()).toEqual(columns);
  });

  test('by a refusal is one', async () => {
    bench.server.plan({ text: 'I cannot help with that.', stopReason: 'refusal' });
    expect(await outcome()).toEqual({
      code: 'GENERATOR_REFUSED',
      message: 'Claude refuses to plan for this table.',
    });
    expect(bench.server.questions()).toHaveLength(1);
  });

  test('because it is too long is asked for once more with more room', async () => {
    bench.server.plan({ text: text.slice(0, 50), stopReason: 'max_tokens', outputTokens: 16_000 }, good);
    expect(await outcome()).toEqual(columns);
    const [first, second] = bench.server.questions();
    expect([first?.body.max_tokens, second?.body.max_tokens]).toEqual([16_000, 48_000]);
    expect(second?.body.messages).toEqual(first?.body.messages);
  });

  test('twice because it is too long is a limit', async () => {
    const cut = { text: text.slice(0, 50), stopReason: 'max_tokens' };
    bench.server.plan(cut, cut);
    expect(await outcome()).toEqual({ code: 'GENERATOR_LIMIT', message: 'The answer is too long.' });
  });

  test.each(['tool_use', 'pause_turn', 'something_new'])('by %s is none', async (stopReason) => {
    bench.server.plan({ text, stopReason });
    expect(await outcome()).toEqual({
      code: 'GENERATOR_INVALID',
      message: 'Claude ended its answer in an unexpected way.',
    });
  });

  test('because the window is full is asked for with less of the table, until there is no less', async () => {
    const full = { text: '', stopReason: 'model_context_window_exceeded' };
    bench.server.plan(full, good);
    expect(await outcome()).toEqual(columns);
    const [first, second] = bench.server.questions().map(({ body }) => body.messages[0]?.content ?? '');
    expect(first).toContain('"quartiles"');
    expect(second).not.toContain('"quartiles"');
    bench.server.plan(full, full, full);
    expect(await outcome()).toEqual({
      code: 'GENERATOR_LIMIT',
      message: 'The table has more columns than Claude can be told of.',
    });
  });
});

describe('a table', () => {
  const wide = (columnCount: number) => {
    const row = (cell: (column: number) => unknown) => Array.from({ length: columnCount }, (_, c) => cell(c));
    const rows = Array.from({ length: 40 }, (_, r) => [...row((c) => (r * (c + 7)) % 23), r % 2 ? 'a' : 'b']);
    return `${[[...row((c) => `measure ${c}`), 'y'], ...rows].map((cells) => cells.join(',')).join('\n')}\n`;
  };
  const told = (content = '') => [...content.matchAll(/^\{"id":/gm)].length;

  test('that a small model cannot be told of whole is told of in short', async () => {
    request = await bench.request(wide(320), 'y');
    bench.server.plan({ text: answerOf([]) }, { text: answerOf([]) });
    await outcome();
    const [whole] = bench.server.questions() as [MessagesRequest];
    // the prefix, the shortest answer, and 4,000 tokens
    bench.server.model.maxInputTokens = inputTokens(whole.body).prefix + 6_000;
    bench.server.requests.length = 0;
    expect(await outcome()).toEqual([]);
    expect(told(bench.server.questions()[0]?.body.messages[0]?.content)).toBe(60);
    expect(bench.server.requests.filter(({ path }) => path.endsWith('count_tokens'))).toHaveLength(3);
  });

  test('of many columns is told of by those that go with the target', async () => {
    request = await bench.request(wide(320), 'y');
    bench.server.plan({ text: answerOf([]) });
    await outcome();
    const [question] = bench.server.questions();
    expect(told(question?.body.messages[0]?.content)).toBe(300);
    expect(question?.body.messages[0]?.content).toContain('"untoldColumns":21');
  });

  test('that the API finds too long is told of in short', async () => {
    bench.server.plan({ status: 413, type: 'request_too_large' }, good);
    expect(await outcome()).toEqual(columns);
    expect(bench.server.questions()[1]?.body.messages[0]?.content).not.toContain('"quartiles"');
  });
});

describe('Claude', () => {
  test('that is overloaded is asked again', async () => {
    bench.server.plan(overloaded, overloaded, good);
    expect(await outcome()).toEqual(columns);
    expect(bench.server.questions()).toHaveLength(3);
  });

  test('that stays overloaded is unavailable, and costs nothing', async () => {
    bench.server.plan(overloaded, overloaded, overloaded);
    expect(await outcome()).toEqual(
      unavailable(expect.stringMatching(/^Claude is overloaded \(request req_\d+\)\. Try again later\.$/)),
    );
    expect(await spent()).toEqual({ microUsd: 0, isSettled: true });
  });

  test('that asks for patience gets it', async () => {
    const busy: Scene = { status: 429, type: 'rate_limit_error', headers: { 'retry-after': '1' } };
    bench.server.plan(busy, good);
    const start = performance.now();
    expect(await outcome()).toEqual(columns);
    expect(performance.now() - start).toBeGreaterThan(900);
    bench.server.plan(...Array<Scene>(3).fill({ ...busy, headers: { 'retry-after-ms': '1' } }));
    expect(await outcome()).toEqual(
      unavailable(expect.stringMatching(/^Claude takes no more requests for now \(request req_\d+\)/)),
    );
  });

  test('that has a fault of its own is unavailable', async () => {
    const headers = { 'retry-after-ms': '1' };
    bench.server.plan(...Array<Scene>(3).fill({ status: 500, type: 'api_error', headers }));
    expect(await outcome()).toEqual(
      unavailable(expect.stringMatching(/^Claude has a fault of its own: 500 \(request req_\d+\)/)),
    );
  });

  test.each(['error-event', 'connection', 'end'] as const)(
    'whose answer is cut in the middle by its %s is asked once more',
    async (breaks) => {
      bench.server.plan({ text, breaks }, good);
      expect(await outcome()).toEqual(columns);
      expect(bench.server.questions()).toHaveLength(2);
    },
  );

  test('whose answer is cut twice is unavailable; what it may have cost is counted as spent', async () => {
    bench.server.plan({ text, breaks: 'connection' }, { text, breaks: 'connection' });
    expect(await outcome()).toEqual(
      unavailable('The answer of Claude broke off or cannot be read. Try again later.'),
    );
    const { microUsd, isSettled } = await spent();
    expect(microUsd).toBeGreaterThan(2 * 16_000 * 10);
    expect(isSettled).toBe(true);
  });

  test('that never answers is given up', async () => {
    bench.server.plan('silence', 'silence', 'silence');
    expect(await outcome({ patience: { beginSeconds: 1, answerSeconds: 60 } })).toEqual(
      unavailable('Claude did not answer in time. Try again later.'),
    );
    expect(bench.server.questions()).toHaveLength(3);
  });

  test('that begins and never ends is given up', async () => {
    bench.server.plan({ text, waits: true });
    expect(await outcome({ patience: { beginSeconds: 30, answerSeconds: 2 } })).toEqual(
      unavailable('Claude did not answer in time. Try again later.'),
    );
  });

  test('that cannot be reached is unavailable', async () => {
    expect(await outcome({ baseUrl: 'http://127.0.0.1:9' })).toEqual(
      unavailable('Claude cannot be reached. Check the network of the server and ANTHROPIC_BASE_URL.'),
    );
  });

  test('that refuses the key is unavailable, and the key is told to nobody', async () => {
    const apiKey = `${API_KEY}-wrong`;
    const told = await outcome({ apiKey });
    expect(told).toEqual(
      unavailable(
        expect.stringMatching(
          /^Claude refuses the key of this server \(request req_\d+\)\. Check ANTHROPIC_API_KEY\.$/,
        ),
      ),
    );
    expect(bench.server.questions()).toHaveLength(0);
    expect(bench.logged.length).toBeGreaterThan(0);
    expect(JSON.stringify([told, bench.logged])).not.toContain(API_KEY);
  });

  test.each([
    [402, 'billing_error', 'The account behind ANTHROPIC_API_KEY has no credit left'],
    [404, 'not_found_error', 'There is no model “claude-sonnet-5” for this key'],
    [400, 'invalid_request_error', 'Claude does not take the request: 400 invalid_request_error'],
  ])('that answers %i is unavailable', async (status, type, message) => {
    bench.server.plan({ status, type, message: 'our secret prompt was …' });
    const { code, message: told } = (await outcome()) as { code: string; message: string };
    expect({ code, message: told.slice(0, message.length) }).toEqual(unavailable(message));
    expect(JSON.stringify([told, bench.logged])).not.toContain('secret prompt');
  });
});

describe('a job that is cancelled', () => {
  test('stops the answer, and what it may have cost is counted as spent', async () => {
    bench.server.plan({ text, waits: true });
    const controller = new AbortController();
    const reason = new Error('cancelled by its owner');
    const conversation = bench.open(request, {
      signal: controller.signal,
      onText: () => controller.abort(reason),
    });
    await expect(conversation.draft([])).rejects.toBe(reason);
    expect((await spent()).microUsd).toBeGreaterThan(16_000 * 10);
  });

  test('before it began asks nobody', async () => {
    await expect(
      bench.open(request, { signal: AbortSignal.abort(new Error('gone')) }).draft([]),
    ).rejects.toThrow('gone');
    expect(bench.server.questions()).toHaveLength(0);
  });
});

describe('caps', () => {
  const money = {
    code: 'GENERATOR_LIMIT',
    message:
      'What Claude may cost is used up: CLAUDE_MAX_USD_PER_JOB, or CLAUDE_MAX_USD_PER_DAY of this account.',
  };
  const tokens = {
    code: 'GENERATOR_LIMIT',
    message: 'CLAUDE_MAX_TOKENS_PER_JOB leaves no room to ask Claude.',
  };

  test.each([
    ['tokens of a job', { tokensPerJob: 3_000 }, tokens],
    ['money of a job', { usdPerJob: 0 }, money],
    ['money of a day', { usdPerDay: 0.001 }, money],
  ])('of %s that leave no room end it before anything is sent', async (_, change, told) => {
    expect(await outcome(change)).toEqual(told);
    expect(bench.server.requests).toEqual([]);
    expect(await spent()).toEqual({ microUsd: 0, isSettled: true });
  });

  test('that leave little room make the answer shorter', async () => {
    const input = await countTokens();
    bench.server.plan(good);
    // the prompt as written to the cache, and 5,000 tokens of an answer
    const usdPerJob = (Math.ceil(input * 2.5) + 5_000 * 10) / 1e6;
    expect(await outcome({ usdPerJob })).toEqual(columns);
    expect(bench.server.questions()[0]?.body.max_tokens).toBe(5_000);
    bench.server.plan(good);
    request = await bench.request(loans(), 'repaid');
    expect(await outcome({ tokensPerJob: input + 2_500 })).toEqual(columns);
    expect(bench.server.questions()[1]?.body.max_tokens).toBe(2_500);
  });

  test('hold for all calls of a job', async () => {
    const input = await countTokens();
    bench.server.plan({ ...good, outputTokens: 15_000 });
    const conversation = bench.open(request, { tokensPerJob: input + 16_000 });
    await conversation.draft([]);
    await expect(conversation.draft([{ gate: 'runs', step: 0, message: 'no' }])).rejects.toMatchObject(
      tokens,
    );
    expect(bench.server.questions()).toHaveLength(1);
  });

  test('of money that nobody asks for are no caps', async () => {
    bench.server.plan(good);
    expect(await outcome({ prices: { input: 0, output: 0 }, usdPerJob: 0 })).toEqual(columns);
  });

  /** Tokens of the first question about this table: another job asks it, and the book is closed again. */
  async function countTokens(): Promise<number> {
    bench.server.plan(good);
    await outcome();
    const [question] = bench.server.questions() as [MessagesRequest];
    const { prefix, rest } = inputTokens(question.body);
    bench.server.forget();
    request = await bench.request(loans(), 'repaid');
    return prefix + rest;
  }
});
