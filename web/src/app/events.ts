import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { useEffect, useRef } from 'react';
import { useClient } from 'urql';
import { pipe, subscribe } from 'wonka';
import { reportConnection } from './connection.ts';

const FIRST_PAUSE_MILLISECONDS = 500;
const LONGEST_PAUSE_MILLISECONDS = 8_000;

type Cursored = { cursor: string };

/**
 * Follows a numbered stream from `after` on, over any number of reconnects: each event is given once, in order. The
 * nodes in the events update the cache by themselves. `onEnd` is called when the server says that nothing more comes.
 */
export function useEvents<Data, Event extends Cursored>(options: {
  document: TypedDocumentNode<Data, { id: string; after?: string | null | undefined }>;
  /** Null: nothing is followed. */
  id: string | null;
  after?: string | null | undefined;
  /** Another one follows anew behind `after`: for a stream that goes on after an end. */
  round?: string | null | undefined;
  eventOf: (data: Data) => Event;
  onEvent?: (event: Event) => void;
  onEnd?: () => void;
}): void {
  const client = useClient();
  const latest = useRef(options);
  latest.current = options;
  const { id, document, round } = options;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a round begins a subscription
  useEffect(() => {
    if (id === null) return;
    let cursor = latest.current.after ?? null;
    let pause = FIRST_PAUSE_MILLISECONDS;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isStopped = false;
    let unsubscribe = () => {};

    const follow = () => {
      let hasFailed = false;
      const retry = () => {
        if (isStopped || hasFailed) return;
        hasFailed = true;
        reportConnection('OFFLINE');
        timer = setTimeout(follow, pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS);
      };
      const source = client.subscription(document, { id, after: cursor });
      const running = pipe(
        source,
        subscribe(({ data, error, hasNext }) => {
          if (error?.networkError) return retry();
          if (error) return;
          if (data) {
            pause = FIRST_PAUSE_MILLISECONDS;
            const event = latest.current.eventOf(data);
            cursor = event.cursor;
            latest.current.onEvent?.(event);
          }
          if (!hasNext && !isStopped) latest.current.onEnd?.();
        }),
      );
      unsubscribe = running.unsubscribe;
    };
    follow();
    return () => {
      isStopped = true;
      clearTimeout(timer);
      unsubscribe();
    };
  }, [client, document, id, round]);
}
