import { useSyncExternalStore } from 'react';
import { getOperationName, type Operation as Sent, stringifyDocument } from 'urql';

export type Operation = {
  key: number;
  name: string;
  kind: 'query' | 'mutation' | 'subscription';
  text: string;
  variables: string;
};
type Recorded = Operation & { view: number; isActive: boolean };

const MOST = 30;
let view = 0;
let operations: readonly Recorded[] = [];
const listeners = new Set<() => void>();

function change(next: readonly Recorded[]): void {
  operations = next;
  // queries begin while their component is drawn, when no other may be changed
  queueMicrotask(() => {
    for (const listener of listeners) listener();
  });
}

/** Called for everything that is asked of the server, and when its answer is wanted no more. */
export function recordOperation({ key, kind, query, variables }: Sent): void {
  if (kind === 'teardown') forget(key);
  else remember({ key, kind, query, variables });
}

function remember({
  key,
  kind,
  query,
  variables,
}: Pick<Sent, 'key' | 'query' | 'variables'> & { kind: Operation['kind'] }): void {
  const recorded: Recorded = {
    ...{ key, kind, name: getOperationName(query) ?? kind, text: stringifyDocument(query).trim() },
    variables: JSON.stringify(variables ?? {}, null, 2),
    ...{ view, isActive: kind !== 'mutation' },
  };
  change([recorded, ...operations.filter((other) => other.key !== key)].slice(0, MOST));
}

/** What belongs to an earlier view only goes as soon as it is wanted no more. */
function forget(key: number): void {
  const ended = operations.find((operation) => operation.key === key);
  if (!ended) return;
  const rest = ended.view === view ? [{ ...ended, isActive: false }] : [];
  change(operations.flatMap((each) => (each === ended ? rest : [each])));
}

/** Another view begins: what goes on belongs to it as well. */
export function beginView(): void {
  view++;
  change(operations.filter(({ isActive }) => isActive));
}

/** What is behind the view, newest first. */
export const useOperations = (): readonly Operation[] =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => operations,
  );
