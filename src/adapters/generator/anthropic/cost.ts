import type { LanguageModel } from '#ports/generator.ts';

/** USD for a million tokens, which is millionths of a USD for one. */
export interface Prices {
  input: number;
  cacheRead: number;
  /** Kept for five minutes. */
  cacheWrite: number;
  output: number;
  source: LanguageModel['priceSource'];
}

/** Tokens of one call, as the API tells them. */
export interface Tokens {
  input: number;
  cacheRead: number;
  cacheWrite: number;
  output: number;
}

/** Published prices, input and output; dated ids of a model have those of the model. */
const published: Record<string, [input: number, output: number]> = {
  'claude-fable-5-2': [10, 50],
  'claude-fable-5-1': [10, 50],
  'claude-fable-5': [10, 50],
  'claude-mythos-5-2': [10, 50],
  'claude-mythos-5-1': [10, 50],
  'claude-mythos-5': [10, 50],
  'claude-opus-5-5': [4, 20],
  'claude-opus-5': [5, 25],
  'claude-opus-4-8': [5, 25],
  'claude-opus-4-7': [5, 25],
  'claude-opus-4-6': [5, 25],
  'claude-opus-4-5': [5, 25],
  'claude-sonnet-5-5': [2, 10],
  'claude-sonnet-5': [2, 10],
  'claude-sonnet-4-6': [3, 15],
  'claude-sonnet-4-5': [3, 15],
  'claude-haiku-4-5': [1, 5],
};

/** Nobody is known to ask for more. */
const dearest: [input: number, output: number] = [15, 75];

const cacheReadFactor = 0.1;
const cacheWriteFactor = 1.25;

export function pricesOf(model: string, set: { input: number; output: number } | undefined): Prices {
  const known = published[model.replace(/-\d{8}$/, '')];
  const [input, output] = set ? [set.input, set.output] : (known ?? dearest);
  const source = set ? 'SET' : known ? 'KNOWN' : 'ASSUMED';
  return { input, cacheRead: input * cacheReadFactor, cacheWrite: input * cacheWriteFactor, output, source };
}

export function microUsdOf(prices: Prices, { input, cacheRead, cacheWrite, output }: Tokens): number {
  return Math.ceil(
    input * prices.input +
      cacheRead * prices.cacheRead +
      cacheWrite * prices.cacheWrite +
      output * prices.output,
  );
}

/** What a call may cost at most: all of the prompt is written to the cache, all of the answer is used. */
export function mostMicroUsdOf(prices: Prices, inputTokens: number, outputTokens: number): number {
  return microUsdOf(prices, { input: 0, cacheRead: 0, cacheWrite: inputTokens, output: outputTokens });
}

/** So many tokens of an answer an amount pays for besides the prompt. */
export function outputTokensFor(prices: Prices, microUsd: number, inputTokens: number): number {
  if (prices.output === 0) return Number.MAX_SAFE_INTEGER;
  return Math.floor((microUsd - mostMicroUsdOf(prices, inputTokens, 0)) / prices.output);
}
