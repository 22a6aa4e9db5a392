import type { ErrorComponentProps } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/states.tsx';
import { usePageTitle } from './page-title.ts';

const RELOADED = 'aliquot.reloaded';
const AGAIN_MILLISECONDS = 30_000;

/** A page that cannot be drawn. A part that the server no longer has, for it was built anew, comes by one reload. */
export function Crash({ error }: ErrorComponentProps) {
  const isGone = /dynamically imported module|module script/i.test(
    error instanceof Error ? error.message : '',
  );
  usePageTitle('This page cannot be shown');
  useEffect(() => {
    const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
    if (!isGone || Date.now() - last < AGAIN_MILLISECONDS) return;
    sessionStorage.setItem(RELOADED, String(Date.now()));
    location.reload();
  }, [isGone]);
  return (
    <div role="alert">
      <Empty
        title="This page cannot be shown"
        action={
          <Button kind="primary" onClick={() => location.reload()}>
            Load it again
          </Button>
        }
      >
        {isGone
          ? 'A part of it did not arrive: the server was updated, or is away. Nothing of your work is lost; it is kept on the server.'
          : 'Something in it went wrong. Nothing of your work is lost; it is kept on the server. Load the page again; if that does not help, go back to the start.'}
      </Empty>
    </div>
  );
}
