import type { RunnerMessage } from '#contract/runner-messages.ts';

/** A batch with the last progress alone, and the last iteration of each run. */
export function withoutSuperseded(messages: readonly RunnerMessage[]): RunnerMessage[] {
  const topics = messages.map((message) => {
    if (message.type === 'progress') return message.type;
    return message.type === 'iterationScored' ? `${message.type} ${message.algorithm}` : null;
  });
  return messages.filter(
    (_, index) => topics[index] === null || topics.lastIndexOf(topics[index] ?? '') === index,
  );
}
