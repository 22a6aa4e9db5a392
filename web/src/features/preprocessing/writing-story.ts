import type { GateFragment, PreparationEventsSubscription, UsageFragment } from '../../gql/graphql.ts';

type WritingEvent = PreparationEventsSubscription['preprocessingEvents'];

/** What the job that writes or checks a preprocessing has told so far; the same events make the same story. */
export type WritingStory = {
  /** What the language model wrote, draft by draft. */
  drafts: readonly string[];
  gates: readonly GateFragment[];
  /** Why the draft of this number was asked for. */
  repair: { attempt: number; reason: string } | null;
  fallback: { code: string; message: string } | null;
  usage: UsageFragment | null;
};

export const beginning: WritingStory = { drafts: [], gates: [], repair: null, fallback: null, usage: null };

/** The story with one event more; whoever takes the job anew begins it anew. */
export function tell(story: WritingStory, event: WritingEvent): WritingStory {
  switch (event.__typename) {
    case 'PreprocessingQueued':
    case 'PreprocessingStarted':
      return beginning;
    case 'TextGenerated':
      return { ...story, drafts: written(story.drafts, event) };
    case 'StepsPlanned':
      return { ...story, gates: [] };
    case 'GateFinished':
      return { ...story, gates: [...story.gates, event.gate] };
    case 'RepairStarted':
      return { ...story, repair: { attempt: event.attempt, reason: event.reason } };
    case 'FallbackChosen':
      return { ...story, fallback: event.failure };
    case 'UsageChanged':
      return { ...story, usage: event.usage };
    default:
      return story;
  }
}

/** What stood behind the offset is replaced: a draft may be told as a whole once more. */
function written(
  drafts: readonly string[],
  { attempt, offset, text }: { attempt: number; offset: number; text: string },
): readonly string[] {
  const before = drafts[attempt - 1] ?? '';
  return Object.assign([...drafts], { [attempt - 1]: before.slice(0, offset) + text });
}
