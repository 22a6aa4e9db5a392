import Anthropic from '@anthropic-ai/sdk';
import { GeneratorError } from '#ports/generator.ts';

/** A stream that ended before its message did: the same question may be asked once more. */
export function isBroken(error: unknown): boolean {
  if (!(error instanceof Anthropic.AnthropicError) || error instanceof Anthropic.APIUserAbortError)
    return false;
  return !(error instanceof Anthropic.APIError) || (error.status === undefined && error.type !== null);
}

export function isTooLong(error: unknown): boolean {
  if (!(error instanceof Anthropic.APIError)) return false;
  return error.status === 413 || (error.status === 400 && /too long|context/i.test(error.apiMessage ?? ''));
}

/** What the owner of a job may read. Nothing of the API's own words: they may quote the request. */
export function generatorErrorOf(error: unknown, model: string): GeneratorError {
  if (error instanceof GeneratorError) return error;
  const unavailable = (message: string) => new GeneratorError('GENERATOR_UNAVAILABLE', message);
  if (error instanceof Anthropic.APIConnectionTimeoutError)
    return unavailable('Claude did not answer in time. Try again later.');
  if (error instanceof Anthropic.APIConnectionError)
    return unavailable('Claude cannot be reached. Check the network of the server and ANTHROPIC_BASE_URL.');
  if (!(error instanceof Anthropic.APIError))
    return unavailable('The answer of Claude broke off or cannot be read. Try again later.');
  const { status, type, requestID } = error;
  const request = requestID ? ` (request ${requestID})` : '';
  if (status === 401 || status === 403)
    return unavailable(`Claude refuses the key of this server${request}. Check ANTHROPIC_API_KEY.`);
  if (status === 402)
    return unavailable(`The account behind ANTHROPIC_API_KEY has no credit left${request}.`);
  if (status === 404)
    return unavailable(`There is no model “${model}” for this key${request}. Check ANTHROPIC_MODEL.`);
  if (status === 429) return unavailable(`Claude takes no more requests for now${request}. Try again later.`);
  if (status === 529 || type === 'overloaded_error')
    return unavailable(`Claude is overloaded${request}. Try again later.`);
  if (status !== undefined && status < 500)
    return unavailable(`Claude does not take the request: ${status} ${type ?? ''}${request}.`);
  return unavailable(
    `Claude has a fault of its own${status ? `: ${status}` : ''}${request}. Try again later.`,
  );
}
