import { useRouterState } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useCurrentTitle } from './page-title.ts';

/** After a change of page, the keyboard begins at its content, and its name is told. */
export function Arrival() {
  const path = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  const last = useRef(path);
  const title = useCurrentTitle();
  useEffect(() => {
    // the first page is not arrived at: the browser begins at its top
    if (last.current !== undefined && last.current !== path)
      document.getElementById('content')?.focus({ preventScroll: true });
    last.current = path;
  }, [path]);
  return (
    <p className="sr-only" role="status">
      {title}
    </p>
  );
}
