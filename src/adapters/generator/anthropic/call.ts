import Anthropic from '@anthropic-ai/sdk';
import type { Message, MessageStreamParams } from '@anthropic-ai/sdk/resources/messages/messages';
import type { Tokens } from './cost.ts';

export interface Patience {
  /** Until an answer begins; asked again twice. */
  beginSeconds: number;
  /** For one answer, with all of that. */
  answerSeconds: number;
}

export interface Called {
  /** Null where it broke off; `error` says how. */
  message: Message | null;
  error: unknown;
  /** What the API told; null where it told nothing, and where the rest of a broken answer may cost as well. */
  tokens: Tokens | null;
  /** Whether the API may ask money for it. */
  isCharged: boolean;
}

/** Enough of a character of JSON or Python for a figure that is shown while an answer is written. */
const charactersPerToken = 3.5;

/** Asks once and listens to the end. Never throws, except where the caller has given up. */
export async function call(
  client: Anthropic,
  params: MessageStreamParams,
  listener: { text(delta: string): void; tokens(tokens: Tokens): void },
  patience: Patience,
  signal: AbortSignal,
): Promise<Called> {
  const deadline = AbortSignal.timeout(patience.answerSeconds * 1_000);
  const stream = client.messages.stream(params, {
    signal: AbortSignal.any([signal, deadline]),
    timeout: patience.beginSeconds * 1_000,
  });
  let begun = false;
  let tokens: Tokens | null = null;
  let characters = 0;
  stream.on('connect', () => {
    begun = true;
  });
  stream.on('streamEvent', (event, { usage }) => {
    if (event.type !== 'message_start') return;
    tokens = tokensOf(usage);
    listener.tokens(tokens);
  });
  stream.on('text', (delta) => {
    characters += delta.length;
    if (tokens) {
      const output = Math.max(tokens.output, Math.ceil(characters / charactersPerToken));
      tokens = { ...tokens, output };
      listener.tokens(tokens);
    }
    listener.text(delta);
  });
  try {
    const message = await stream.finalMessage();
    return { message, error: null, tokens: tokensOf(message.usage), isCharged: true };
  } catch (error) {
    signal.throwIfAborted();
    const late = deadline.aborted || error instanceof Anthropic.APIConnectionTimeoutError;
    return {
      message: null,
      error: late ? new Anthropic.APIConnectionTimeoutError() : error,
      tokens: null,
      isCharged: begun || late,
    };
  }
}

function tokensOf(usage: Message['usage']): Tokens {
  return {
    input: usage.input_tokens,
    cacheRead: usage.cache_read_input_tokens ?? 0,
    cacheWrite: usage.cache_creation_input_tokens ?? 0,
    output: usage.output_tokens,
  };
}
