import { useEffect, useRef } from 'react';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Progress } from '../../ui/progress.tsx';
import { Fault } from '../../ui/states.tsx';
import { CodeText } from './code-text.tsx';
import { Cost } from './cost.tsx';
import { GateList } from './gates.tsx';
import type { Preparation, useEditing } from './use-preparation.ts';
import type { WritingStory } from './writing-story.ts';

/** A job at its work: what is being written, what the checks say, and what it costs so far. */
export function Writing(props: {
  preparation: Preparation;
  story: WritingStory;
  editing: ReturnType<typeof useEditing>;
}) {
  const { preparation, story, editing } = props;
  const { drafts, gates, repair, fallback } = story;
  const usage = story.usage ?? preparation.usage ?? null;
  return (
    <Card
      title={titleOf(preparation, story)}
      action={
        <Button kind="destructive" onClick={editing.stop} isBusy={editing.isBusy}>
          Stop
        </Button>
      }
    >
      <div className="grid grid-cols-1 gap-5" aria-live="polite">
        <Progress
          label={preparation.status === 'QUEUED' ? 'Waiting for a worker' : 'Writing and checking the steps'}
          fraction={null}
          detail={drafts.length > 1 ? `draft ${drafts.length}` : ''}
        />
        {repair && (
          <p className="text-footnote text-label-2">
            Draft {repair.attempt} mends the one before: {repair.reason}
          </p>
        )}
        {fallback && (
          <Fault title="The steps are those of the rules" message={fallback.message} code={fallback.code} />
        )}
        {drafts.length > 0 && <Streaming text={readable(drafts.at(-1) ?? '')} />}
        {usage && <Cost usage={usage} />}
        {gates.length > 0 && <GateList gates={gates} />}
      </div>
    </Card>
  );
}

function titleOf({ revision, generator }: Preparation, { drafts }: WritingStory): string {
  if (drafts.length > 0) return 'Claude is writing';
  return revision > 1 && generator !== 'CLAUDE' ? 'Checking your changes' : 'Preparing the steps';
}

/** Python inside of JSON, as Python. */
const readable = (text: string): string => text.replaceAll('\\n', '\n').replaceAll('\\"', '"');

/** Follows its own end while it grows, unless somebody has scrolled up to read. */
function Streaming({ text }: { text: string }) {
  const frame = useRef<HTMLElement>(null);
  const isAtEnd = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: with more text, its end is elsewhere
  useEffect(() => {
    if (isAtEnd.current) frame.current?.scrollTo({ top: frame.current.scrollHeight });
  }, [text]);
  return (
    <section
      ref={frame}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollTop + clientHeight > scrollHeight - 24;
      }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
      tabIndex={0}
      aria-label="What is being written"
      aria-live="off"
      className="max-h-80 overflow-auto rounded-control bg-fill p-4 font-mono text-footnote"
    >
      <pre className="whitespace-pre-wrap">
        <CodeText code={text} />
      </pre>
    </section>
  );
}
