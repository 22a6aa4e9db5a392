import type Anthropic from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import type {
  Message,
  MessageCountTokensParams,
  MessageParam,
  MessageStreamParams,
} from '@anthropic-ai/sdk/resources/messages/messages';
import type { GenerationUsage } from '#contract/preprocessing.ts';
import type { Log } from '#log.ts';
import {
  type Conversation,
  type DraftListener,
  GeneratorError,
  type PlanRequest,
  type Purse,
} from '#ports/generator.ts';
import type { AnswerReader } from './answer.ts';
import { type Called, call, type Patience } from './call.ts';
import { microUsdOf, mostMicroUsdOf, outputTokensFor, type Prices, type Tokens } from './cost.ts';
import { generatorErrorOf, isBroken, isTooLong } from './failures.ts';
import type { ModelFacts } from './model-facts.ts';
import { details, faultsPrompt, taskPrompt } from './task-prompt.ts';

export interface Setting {
  client: Anthropic;
  model: string;
  facts: (signal: AbortSignal) => Promise<ModelFacts>;
  prices: Prices;
  tokensPerJob: number;
  usdPerJob: number;
  sendsValues: boolean;
  system: string;
  reader: AnswerReader;
  purse: Purse;
  patience: Patience;
  log: Log;
}

/** A request but for the length of its answer. */
type Question = MessageCountTokensParams & Omit<MessageStreamParams, 'max_tokens'>;

/** Of one job, whatever goes wrong: a draft and two repairs, and one more. */
const mostCalls = 4;
/** What an answer gets at first, and where that was too little. */
const answerTokens = 16_000;
const longAnswerTokens = 48_000;
/** With less there is no use in asking. */
const fewestAnswerTokens = 2_000;
/** Before the API has counted: fewer tokens than any text has, and more. */
const mostCharactersPerToken = 8;
const fewestCharactersPerToken = 2;

const nothing: Tokens = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 };

export function openConversation(
  setting: Setting,
  request: PlanRequest,
  listener: DraftListener,
  signal: AbortSignal,
): Conversation {
  const { client, model, prices, purse, reader, log } = setting;
  const turns: MessageParam[] = [];
  let detail = 0;
  let calls = 0;
  let attempts = 0;
  /** Of all calls that have ended. */
  let spent = { tokens: nothing, microUsd: 0 };

  async function draft(faults: Parameters<Conversation['draft']>[0]) {
    attempts += 1;
    const told = turns.length === 0 ? tell() : faultsPrompt(faults);
    turns.push({ role: 'user', content: told });
    for (let isMended = false; ; isMended = true) {
      const text = await answer();
      turns.push({ role: 'assistant', content: text });
      const read = reader.read(text, request);
      if ('plan' in read) return read.plan;
      log.info({ ...facts(), faults: read.faults.length }, 'the plan of Claude is not in form');
      if (isMended)
        throw new GeneratorError(
          'GENERATOR_INVALID',
          'Claude answered twice what is no plan for this table.',
        );
      turns.push({ role: 'user', content: faultsPrompt(read.faults) });
    }
  }

  const tell = () => taskPrompt(request, details[detail] ?? details[0], setting.sendsValues);

  /** Tells less of the table; false where there is nothing less. */
  function shrink(): boolean {
    if (detail + 1 >= details.length) return false;
    detail += 1;
    turns[0] = { role: 'user', content: tell() };
    return true;
  }

  /** The text of an answer that has come to its own end. */
  async function answer(): Promise<string> {
    let allowed = answerTokens;
    let isRepeated = false;
    for (;;) {
      const { message, error, allowance } = await ask(allowed);
      if (!message) {
        if (isTooLong(error) && shrink()) continue;
        if (!isBroken(error) || isRepeated) throw failed(error);
        isRepeated = true;
        continue;
      }
      switch (message.stop_reason) {
        case 'end_turn':
        case 'stop_sequence':
          return textOf(message);
        case 'max_tokens':
          if (allowed === longAnswerTokens || allowance < allowed) throw limit('The answer is too long.');
          allowed = longAnswerTokens;
          break;
        case 'model_context_window_exceeded':
          if (!shrink()) throw limit('The table has more columns than Claude can be told of.');
          break;
        case 'refusal':
          throw new GeneratorError('GENERATOR_REFUSED', 'Claude refuses to plan for this table.');
        default:
          throw new GeneratorError('GENERATOR_INVALID', 'Claude ended its answer in an unexpected way.');
      }
    }
  }

  /** One call, within what tokens and money allow. */
  async function ask(allowed: number): Promise<Called & { allowance: number }> {
    if (calls >= mostCalls) throw limit(`A job asks Claude at most ${mostCalls} times.`);
    const characters = setting.system.length + JSON.stringify(turns).length;
    const fewest = Math.floor(characters / mostCharactersPerToken);
    await checkRoom(fewest);
    const known = await setting.facts(signal);
    const base = baseParams(known);
    const input = await countTokens(base, characters);
    if (input + fewestAnswerTokens > known.inputTokens) {
      if (shrink()) return ask(allowed);
      throw limit('The table has more columns than Claude can be told of.');
    }
    const tokens = Math.min(allowed, known.outputTokens, known.inputTokens - input, tokensLeft() - input);
    if (tokens < fewestAnswerTokens) throw tokenLimit();
    const reservation = await purse.reserve(request, {
      least: mostMicroUsdOf(prices, input, fewestAnswerTokens),
      most: mostMicroUsdOf(prices, input, tokens),
    });
    if (!reservation) throw moneyLimit();
    const allowance = Math.min(tokens, outputTokensFor(prices, reservation.microUsd, input));
    calls += 1;
    const before = spent;
    /** What the API does not tell is taken for used up. */
    const most: Tokens = { ...nothing, cacheWrite: input, output: allowance };
    let used: Tokens | null = nothing;
    try {
      const called = await call(
        client,
        { ...base, max_tokens: allowance },
        { text: listener.text, tokens: (live) => tellUsage(before, live) },
        setting.patience,
        signal,
      );
      used = called.isCharged ? called.tokens : nothing;
      log.info(
        {
          ...facts(),
          requestId: idOf(called),
          characters,
          input,
          allowance,
          stop: called.message?.stop_reason,
        },
        'Claude was asked',
      );
      return { ...called, allowance };
    } catch (error) {
      used = null;
      throw error;
    } finally {
      const charged = used ?? most;
      spent = {
        tokens: sum(before.tokens, charged),
        microUsd: before.microUsd + microUsdOf(prices, charged),
      };
      await reservation.settle(microUsdOf(prices, charged));
      tellUsage(spent, nothing);
    }
  }

  function baseParams({ thinks, hasEffort, hasSchema }: ModelFacts): Question {
    // the helper's own parser would take the reason from an answer that was cut: it is read after the stop reason
    const { type, schema } = zodOutputFormat(reader.schema);
    const output = {
      ...(hasSchema ? { format: { type, schema } } : {}),
      ...(hasEffort ? { effort: 'medium' as const } : {}),
    };
    return {
      model,
      system: [{ type: 'text', text: setting.system, cache_control: { type: 'ephemeral' } }],
      messages: [...turns],
      output_config: output,
      ...(thinks ? { thinking: { type: 'adaptive', display: 'omitted' } } : {}),
    };
  }

  /** As the API counts; generously where it cannot. */
  async function countTokens(base: Question, characters: number): Promise<number> {
    try {
      const timeout = setting.patience.beginSeconds * 1_000;
      return (await client.messages.countTokens(base, { signal, timeout })).input_tokens;
    } catch (error) {
      signal.throwIfAborted();
      const estimate = Math.ceil(characters / fewestCharactersPerToken);
      const status = (error as { status?: number }).status;
      if (status === 404 || status === 405 || status === 501) return estimate;
      if (isTooLong(error)) return Number.MAX_SAFE_INTEGER;
      throw failed(error);
    }
  }

  /** Before anything is sent. */
  async function checkRoom(input: number): Promise<void> {
    if (tokensLeft() < input + fewestAnswerTokens) throw tokenLimit();
    if ((await purse.room(request)) < mostMicroUsdOf(prices, input, fewestAnswerTokens)) throw moneyLimit();
  }

  const tokensLeft = () => setting.tokensPerJob - total(spent.tokens);

  function tellUsage(before: typeof spent, live: Tokens): void {
    const { input, cacheRead, cacheWrite, output } = sum(before.tokens, live);
    const usage: GenerationUsage = {
      model,
      inputTokens: input + cacheRead + cacheWrite,
      cachedInputTokens: cacheRead,
      outputTokens: output,
      costUsd: (before.microUsd + microUsdOf(prices, live)) / 1e6,
      attempts,
      tokenLimit: setting.tokensPerJob,
      costLimitUsd: setting.usdPerJob,
    };
    listener.usage(usage);
  }

  const facts = () => ({ preprocessing: request.preprocessingId, model, calls, detail });

  function failed(error: unknown): GeneratorError {
    const told = generatorErrorOf(error, model);
    const { status, type } = error as { status?: number; type?: string };
    log.warn({ ...facts(), code: told.code, status, type }, 'Claude gives no plan');
    return told;
  }

  return { draft };
}

const limit = (message: string) => new GeneratorError('GENERATOR_LIMIT', message);
const tokenLimit = () => limit('CLAUDE_MAX_TOKENS_PER_JOB leaves no room to ask Claude.');
const moneyLimit = () =>
  limit(
    'What Claude may cost is used up: CLAUDE_MAX_USD_PER_JOB, or CLAUDE_MAX_USD_PER_DAY of this account.',
  );

function textOf({ content }: Message): string {
  const text = content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('');
  // the API takes no empty turn back
  return text.trim() ? text : '{}';
}

function idOf({ message, error }: Called): string | null {
  return message?.id ?? (error as { requestID?: string } | null)?.requestID ?? null;
}

function sum(first: Tokens, second: Tokens): Tokens {
  return {
    input: first.input + second.input,
    cacheRead: first.cacheRead + second.cacheRead,
    cacheWrite: first.cacheWrite + second.cacheWrite,
    output: first.output + second.output,
  };
}

const total = ({ input, cacheRead, cacheWrite, output }: Tokens) => input + cacheRead + cacheWrite + output;
