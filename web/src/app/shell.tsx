import { Link, Outlet } from '@tanstack/react-router';
import { useConnection } from './connection.ts';
import { ThemeMenu } from './theme-menu.tsx';

const place =
  'rounded-control px-3 py-2 text-footnote font-medium text-label-2 hover:text-label data-[status=active]:text-label';

/** What stands around every page. */
export function Shell() {
  const connection = useConnection();
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="sr-only rounded-control bg-accent px-4 py-2 text-on-accent focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50"
      >
        Skip to the content
      </a>
      <header className="sticky top-0 z-20 border-b border-line bg-canvas/85 backdrop-blur-md">
        <nav aria-label="Main" className="mx-auto flex h-14 max-w-6xl items-center gap-1 px-4 sm:px-6">
          <Link
            to="/"
            className="mr-3 flex min-h-11 items-center gap-2 rounded-control text-headline font-semibold"
          >
            <img src="/icon.svg" alt="" className="size-6" />
            Aliquot
          </Link>
          <Link to="/" activeOptions={{ exact: true }} className={place}>
            Home
          </Link>
          <span className="flex-1" />
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
    </div>
  );
}
