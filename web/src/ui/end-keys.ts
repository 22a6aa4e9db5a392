import type { Virtualizer } from '@tanstack/react-virtual';
import type { KeyboardEvent } from 'react';

/**
 * Home and End in a list of which only what is in sight is drawn. The browser's own scrolling to the end stops on its
 * way there when rows that it passes turn out higher than was thought.
 */
export const endKeys = (rows: Virtualizer<HTMLElement, Element>) => (event: KeyboardEvent) => {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.key === 'End') rows.scrollToEnd();
  else if (event.key === 'Home') rows.scrollToOffset(0);
  else return;
  event.preventDefault();
};
