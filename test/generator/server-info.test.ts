import { expect, test } from 'vitest';
import { readEnv } from '#env.ts';
import { createTestApp } from '../harness.ts';

const query = `{ serverInfo { generator languageModel {
  name inputPrice outputPrice priceSource tokensPerJob usdPerJob usdPerDay sendsValues } } }`;

/** What the server says of itself with these settings. */
async function told(env: Record<string, string>) {
  const app = await createTestApp({ env });
  try {
    const { data, errors } = await app.query(query);
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data)).not.toContain('sk-ant-secret');
    return data.serverInfo;
  } finally {
    await app.close();
  }
}

const key = { ANTHROPIC_API_KEY: 'sk-ant-secret' };

test('a server without a key plans by rules, and says that nothing leaves it', async () => {
  expect(await told({})).toEqual({ generator: 'RULES', languageModel: null });
});

test('a server with a key says which model is asked, what it may cost and what it is told', async () => {
  expect(await told(key)).toEqual({
    generator: 'CLAUDE',
    languageModel: {
      ...{ name: 'claude-sonnet-5', inputPrice: 2, outputPrice: 10, priceSource: 'KNOWN' },
      ...{ tokensPerJob: 200_000, usdPerJob: 1, usdPerDay: 10, sendsValues: false },
    },
  });
  const change = { ANTHROPIC_MODEL: 'claude-haiku-4-5-20251001', CLAUDE_SEND_VALUES: 'on' };
  const caps = {
    ...{ CLAUDE_MAX_TOKENS_PER_JOB: '50000', CLAUDE_MAX_USD_PER_JOB: '0.25', CLAUDE_MAX_USD_PER_DAY: '2' },
  };
  expect((await told({ ...key, ...change, ...caps })).languageModel).toEqual({
    ...{ name: 'claude-haiku-4-5-20251001', inputPrice: 1, outputPrice: 5, priceSource: 'KNOWN' },
    ...{ tokensPerJob: 50_000, usdPerJob: 0.25, usdPerDay: 2, sendsValues: true },
  });
});

test('prices of an unknown model are assumed to be the highest, unless the operator sets them', async () => {
  const unknown = { ...key, ANTHROPIC_MODEL: 'my-own-model' };
  const prices = async (env: Record<string, string>) => {
    const { inputPrice, outputPrice, priceSource } = (await told(env)).languageModel;
    return [inputPrice, outputPrice, priceSource];
  };
  expect(await prices(unknown)).toEqual([15, 75, 'ASSUMED']);
  expect(await prices({ ...unknown, CLAUDE_PRICES: '0.5/2' })).toEqual([0.5, 2, 'SET']);
  expect(() => readEnv({ CLAUDE_PRICES: '2' })).toThrow('CLAUDE_PRICES: use INPUT/OUTPUT, such as 2/10');
});
