/** A request as it arrived. */
export interface MessagesRequest {
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: MessagesBody;
  /** As it was sent, byte for byte. */
  text: string;
}

export interface MessagesBody {
  model: string;
  max_tokens: number;
  system: { type: 'text'; text: string; cache_control?: { type: 'ephemeral' } }[];
  messages: { role: 'user' | 'assistant'; content: string }[];
  output_config?: { format?: { type: string; schema: unknown }; effort?: string };
  thinking?: { type: string; display?: string };
  stream?: boolean;
}

const taken = {
  '/v1/messages': ['model', 'max_tokens', 'system', 'messages', 'output_config', 'thinking', 'stream'],
  '/v1/messages/count_tokens': ['model', 'system', 'messages', 'output_config', 'thinking'],
};

/** What the API would hold against a request; null where it takes it. */
export function faultOf({ path, headers, body }: MessagesRequest): string | null {
  if (!headers['anthropic-version']) return 'anthropic-version: header is required';
  const unknown = Object.keys(body).find((name) => !taken[path as keyof typeof taken]?.includes(name));
  if (unknown === 'temperature') return 'temperature: this model takes no other value than 1';
  if (unknown) return `${unknown}: Extra inputs are not permitted`;
  if (path === '/v1/messages') {
    if (body.stream !== true) return 'stream: this server only streams';
    if (!(body.max_tokens > 0 && body.max_tokens <= 128_000)) return 'max_tokens: out of range';
  }
  if (body.thinking && body.thinking.type !== 'adaptive') return 'thinking.type: not supported by this model';
  for (const [index, { role, content }] of body.messages.entries()) {
    if (role !== (index % 2 === 0 ? 'user' : 'assistant')) return 'messages: roles must alternate';
    if (!content.trim()) return `messages.${index}: text content must be non-empty`;
  }
  if (body.messages.at(-1)?.role !== 'user') return 'messages: this model does not support prefill';
  return schemaFault(body.output_config?.format?.schema);
}

/** Structured output takes objects that are closed, and none of the limits that its grammar cannot hold. */
function schemaFault(schema: unknown): string | null {
  if (Array.isArray(schema)) return schema.map(schemaFault).find(Boolean) ?? null;
  if (typeof schema !== 'object' || schema === null) return null;
  const { type, additionalProperties, properties, required } = schema as Record<string, unknown>;
  if (type === 'object') {
    if (additionalProperties !== false)
      return 'output_config.format.schema: additionalProperties must be false';
    if (Object.keys(properties as object).length !== (required as string[])?.length)
      return 'output_config.format.schema: too many optional parameters';
  }
  for (const limit of ['minLength', 'maxLength', 'minimum', 'maximum', 'maxItems', 'pattern'])
    if (type && limit in schema) return `output_config.format.schema: ${limit} is not supported`;
  return Object.values(schema).map(schemaFault).find(Boolean) ?? null;
}

/** Not how Claude counts, but of the same size. */
export const tokensIn = (text: string) => Math.ceil(text.length / 4);

export function inputTokens({ system, messages }: MessagesBody): { prefix: number; rest: number } {
  return {
    prefix: tokensIn(system.map(({ text }) => text).join('')),
    rest: tokensIn(messages.map(({ content }) => content).join('')),
  };
}
