import Anthropic from '@anthropic-ai/sdk';

/** What a model takes and gives, as far as the API tells. */
export interface ModelFacts {
  inputTokens: number;
  outputTokens: number;
  /** Whether it takes the wish to think as much as a task needs. */
  thinks: boolean;
  hasEffort: boolean;
  hasSchema: boolean;
}

/** Of a model that the API says nothing about: what every one takes. */
const unknown: ModelFacts = {
  inputTokens: 200_000,
  outputTokens: 32_000,
  thinks: false,
  hasEffort: false,
  hasSchema: true,
};

/** Asks once and remembers; an unknown model or an API without this route is no failure. */
export function modelFacts(client: Anthropic, model: string): (signal: AbortSignal) => Promise<ModelFacts> {
  let remembered: ModelFacts | null = null;
  return async (signal) => {
    if (remembered) return remembered;
    try {
      const { max_input_tokens, max_tokens, capabilities } = await client.models.retrieve(
        model,
        {},
        { signal },
      );
      remembered = {
        inputTokens: max_input_tokens ?? unknown.inputTokens,
        outputTokens: max_tokens ?? unknown.outputTokens,
        thinks: capabilities?.thinking?.types?.adaptive?.supported ?? unknown.thinks,
        hasEffort: capabilities?.effort?.medium?.supported ?? unknown.hasEffort,
        hasSchema: capabilities?.structured_outputs?.supported ?? unknown.hasSchema,
      };
      return remembered;
    } catch (error) {
      if (error instanceof Anthropic.NotFoundError) remembered = unknown;
      return unknown;
    }
  };
}
