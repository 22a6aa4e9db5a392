import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

/** The width that an element has got, as it changes. */
export function useWidth<Target extends HTMLElement>(): [RefObject<Target | null>, number] {
  const place = useRef<Target>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [place, width];
}
