import { useEffect, useSyncExternalStore } from 'react';

const NAME = 'Aliquot';
let current = '';
const listeners = new Set<() => void>();

/** Names the page, in its tab and to those who hear it; null while the name is not known yet. */
export function usePageTitle(title: string | null): void {
  useEffect(() => {
    if (title === null) return;
    document.title = `${title} – ${NAME}`;
    current = title;
    for (const listener of listeners) listener();
  }, [title]);
}

/** The name of the page that is shown. */
export const useCurrentTitle = (): string =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
