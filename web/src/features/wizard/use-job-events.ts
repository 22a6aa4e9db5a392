import { useRef, useState } from 'react';
import { useEvents } from '../../app/events.ts';
import type { WizardExperimentFragment } from '../../gql/graphql.ts';
import { useRefresh } from './use-refresh.ts';

type Options<Data, Event extends { cursor: string }> = Pick<
  Parameters<typeof useEvents<Data, Event>>[0],
  'document' | 'eventOf' | 'onEvent'
> & {
  experiment: Pick<WizardExperimentFragment, 'id' | 'status'> | null;
  /** Without it, all that was told before is told again. */
  after?: string | undefined;
};

/** Follows an experiment over the ends of its jobs: the stream ends with each, the next goes on with its numbers. */
export function useJobEvents<Data, Event extends { cursor: string }>(options: Options<Data, Event>): void {
  const { experiment, after, document, eventOf, onEvent } = options;
  const id = experiment?.id ?? '';
  const refresh = useRefresh(id);
  const [ends, setEnds] = useState(0);
  const heard = useRef<{ id: string; cursor: string } | null>(null);
  const isOver = experiment !== null && ['SUCCEEDED', 'FAILED', 'CANCELED'].includes(experiment.status);
  const hasPast = after === undefined && ends === 0;
  useEvents({
    document,
    id: experiment !== null && (hasPast || !isOver) ? id : null,
    after: heard.current?.id === id ? heard.current.cursor : after,
    round: String(ends),
    eventOf,
    onEvent: (event) => {
      heard.current = { id, cursor: event.cursor };
      onEvent?.(event);
    },
    // only what the server says is running is followed further: an end that is not believed would end again at once
    onEnd: async () => {
      await refresh();
      setEnds((before) => before + 1);
    },
  });
}
