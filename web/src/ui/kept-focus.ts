import { type FocusEvent, type RefObject, useLayoutEffect, useRef } from 'react';

/**
 * For lists of which only what is in sight is drawn: when the row with the focus is scrolled away, the list takes the
 * focus, so that the keyboard stays where it was.
 */
export function useKeptFocus(list: RefObject<HTMLElement | null>) {
  const focused = useRef<Element | null>(null);
  // before the picture, so that no key comes in between
  useLayoutEffect(() => {
    if (!focused.current || focused.current.isConnected || document.activeElement !== document.body) return;
    list.current?.focus({ preventScroll: true });
  });
  return {
    tabIndex: 0,
    onFocus: ({ target }: FocusEvent) => {
      focused.current = target;
    },
    onBlur: ({ relatedTarget }: FocusEvent) => {
      if (relatedTarget) focused.current = null;
    },
  };
}
