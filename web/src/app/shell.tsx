import { Link, Outlet } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { Arrival } from './arrival.tsx';
import { useConnection } from './connection.ts';
import { headerButton, ThemeMenu } from './theme-menu.tsx';

const place =
  'inline-flex min-h-11 items-center rounded-control px-2 text-footnote sm:px-3 font-medium text-label-2 hover:text-label data-[status=active]:text-label';

const OperationsPanel = lazy(async () => ({
  default: (await import('./operations-panel.tsx')).OperationsPanel,
}));

/** What stands around every page. */
export function Shell() {
  const connection = useConnection();
  const [isPanelOpen, setPanelOpen] = useState(false);
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="sr-only rounded-control bg-accent px-4 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50"
      >
        Skip to the content
      </a>
      <header className="sticky top-0 z-20 border-b border-line bg-canvas/85 backdrop-blur-md print:hidden">
        <nav aria-label="Main" className="mx-auto flex h-14 max-w-6xl items-center px-4 sm:gap-1 sm:px-6">
          <Link
            to="/"
            className="mr-1 flex min-h-11 sm:mr-3 items-center gap-2 rounded-control text-headline font-semibold"
          >
            <img src="/icon.svg" alt="" className="size-6" />
            <span className="sr-only sm:not-sr-only">Aliquot</span>
          </Link>
          <Link to="/" activeOptions={{ exact: true }} className={place}>
            Home
          </Link>
          <Link to="/files" className={place}>
            Files
          </Link>
          <Link to="/system" className={place}>
            System
          </Link>
          <span className="flex-1" />
          <button
            type="button"
            className={headerButton}
            aria-haspopup="dialog"
            onClick={() => setPanelOpen(true)}
          >
            API
          </button>
          <ThemeMenu />
        </nav>
        {connection === 'OFFLINE' && (
          <p role="status" className="bg-caution-soft px-4 py-1.5 text-center text-footnote text-caution">
            No connection to the server. What is running there goes on; this page reconnects by itself.
          </p>
        )}
      </header>
      <main
        id="content"
        tabIndex={-1}
        className="mx-auto w-full max-w-6xl flex-1 px-4 py-6 outline-none sm:px-6 sm:py-8"
      >
        <Outlet />
      </main>
      <Arrival />
      {isPanelOpen && (
        <Suspense>
          <OperationsPanel onClose={() => setPanelOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}
