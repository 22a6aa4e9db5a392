import Anthropic from '@anthropic-ai/sdk';
import type { Log } from '#log.ts';
import type { Generator, LanguageModel, Purse } from '#ports/generator.ts';
import { answerReader, type CatalogueStep } from './anthropic/answer.ts';
import type { Patience } from './anthropic/call.ts';
import { openConversation } from './anthropic/conversation.ts';
import { pricesOf } from './anthropic/cost.ts';
import { modelFacts } from './anthropic/model-facts.ts';
import { systemPrompt } from './anthropic/system-prompt.ts';

export interface ClaudeOptions {
  apiKey: string;
  /** Unset: that of Anthropic. */
  baseUrl?: string | undefined;
  model: string;
  /** USD for a million tokens; unset: as published. */
  prices?: { input: number; output: number } | undefined;
  tokensPerJob: number;
  usdPerJob: number;
  usdPerDay: number;
  sendsValues: boolean;
  /** What the runner offers. */
  steps: readonly CatalogueStep[];
  purse: Purse;
  log: Log;
  patience?: Patience;
}

const defaultPatience: Patience = { beginSeconds: 90, answerSeconds: 420 };

/** Claude writes the plan, on top of that of the rules. What is sent: names of columns and figures; no cell unless allowed. */
export function claudeGenerator(options: ClaudeOptions): Generator {
  const { apiKey, model, tokensPerJob, usdPerJob, usdPerDay, sendsValues, purse, log } = options;
  const client = new Anthropic({
    apiKey,
    baseURL: options.baseUrl ?? 'https://api.anthropic.com',
    // it would write requests, and what it cannot read of an answer, to the console
    logLevel: 'off',
    openTelemetry: false,
    maxRetries: 2,
  });
  const prices = pricesOf(model, options.prices);
  const languageModel: LanguageModel = {
    ...{ name: model, inputPrice: prices.input, outputPrice: prices.output, priceSource: prices.source },
    ...{ tokensPerJob, usdPerJob, usdPerDay, sendsValues },
  };
  const setting = {
    ...{ client, model, prices, tokensPerJob, usdPerJob, sendsValues, purse, log },
    facts: modelFacts(client, model),
    system: systemPrompt(options.steps),
    reader: answerReader(options.steps),
    patience: options.patience ?? defaultPatience,
  };
  return {
    kind: 'CLAUDE',
    languageModel,
    open: (request, listener, signal) => openConversation(setting, request, listener, signal),
  };
}
