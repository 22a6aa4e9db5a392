import { type ReactNode, useEffect, useRef } from 'react';
import type { CombinedError } from 'urql';
import { useConnection } from '../app/connection.ts';
import { Button } from './button.tsx';
import { classNames } from './class-names.ts';

/** Nothing is here yet: says why, and what to do. */
export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center gap-3 px-4 py-12 text-center">
      <p className="text-headline font-semibold">{title}</p>
      {children && <div className="max-w-md text-body text-label-2">{children}</div>}
      {action}
    </div>
  );
}

/** What will be here, in its size, so that nothing jumps when it comes. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <div
      aria-hidden="true"
      className={classNames('animate-pulse rounded-control bg-fill-strong', className)}
    />
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <div role="status" className="grid gap-3 py-2">
      <span className="sr-only">Loading {what}…</span>
      <Skeleton className="h-5 w-2/5" />
      <Skeleton className="h-5 w-4/5" />
      <Skeleton className="h-5 w-3/5" />
    </div>
  );
}

/** What went wrong, why, and what to do about it. */
export function Fault(props: {
  title: string;
  message: ReactNode;
  code?: string | undefined;
  onRetry?: (() => void) | undefined;
}) {
  const { title, message, code, onRetry } = props;
  return (
    <div role="alert" className="flex flex-wrap items-start gap-3 rounded-control bg-bad-soft p-4 text-body">
      <div className="min-w-0 flex-1">
        <p className="font-semibold text-bad">{title}</p>
        <p className="mt-0.5 break-words text-label">{message}</p>
        {code && <p className="mt-1 font-mono text-caption text-label-2">{code}</p>}
      </div>
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}

/** A query that failed as a whole; where the server was not reached, it is asked again when it is. */
export function QueryFault({ error, onRetry }: { error: CombinedError; onRetry?: () => void }) {
  const connection = useConnection();
  const retry = useRef(onRetry);
  retry.current = onRetry;
  const isWaiting = Boolean(error.networkError) && connection === 'ONLINE';
  useEffect(() => {
    if (isWaiting) retry.current?.();
  }, [isWaiting]);
  if (error.networkError) {
    return (
      <Fault
        title="The server does not answer"
        message="Your work is safe on the server. Check that it is running and reachable; this page goes on by itself when it is."
        onRetry={onRetry}
      />
    );
  }
  const [first] = error.graphQLErrors;
  const { code, requestId } = (first?.extensions ?? {}) as { code?: string; requestId?: string };
  return (
    <Fault
      title="This could not be shown"
      message={first?.message ?? error.message}
      code={[code, requestId && `request ${requestId}`].filter(Boolean).join(' · ')}
      onRetry={onRetry}
    />
  );
}
