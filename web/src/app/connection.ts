import { useSyncExternalStore } from 'react';

type Connection = 'ONLINE' | 'OFFLINE';

let state: Connection = 'ONLINE';
const listeners = new Set<() => void>();

/** Told by every answer and every failure to get one. */
export function reportConnection(next: Connection): void {
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  const offline = () => reportConnection('OFFLINE');
  addEventListener('offline', offline);
  return () => {
    listeners.delete(listener);
    removeEventListener('offline', offline);
  };
}

export const useConnection = (): Connection => useSyncExternalStore(subscribe, () => state);
