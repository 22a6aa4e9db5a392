import { useSyncExternalStore } from 'react';

type Connection = 'ONLINE' | 'OFFLINE';

const PROBE = '/health/ready';
const FIRST_PAUSE_MILLISECONDS = 500;
const LONGEST_PAUSE_MILLISECONDS = 5_000;

let state: Connection = 'ONLINE';
let isProbing = false;
const listeners = new Set<() => void>();

/** Told by every answer and every failure to get one; once lost, the server is looked for until it is there. */
export function reportConnection(next: Connection): void {
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
  if (state === 'OFFLINE' && !isProbing) void probe();
}

async function probe(): Promise<void> {
  isProbing = true;
  let pause = FIRST_PAUSE_MILLISECONDS;
  while (state === 'OFFLINE') {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const isThere = await fetch(PROBE).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isThere) reportConnection('ONLINE');
    pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS);
  }
  isProbing = false;
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
