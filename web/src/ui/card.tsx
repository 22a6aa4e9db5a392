import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

/** A group of things that belong together, with its heading. */
export function Card(props: {
  title?: string;
  description?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  const { title, description, action, children, className } = props;
  return (
    <section
      className={classNames(
        'rounded-card bg-surface p-5 shadow-card print:break-inside-avoid print:border print:border-line print:shadow-none',
        className,
      )}
      aria-label={title}
    >
      {(title || action) && (
        <header className="mb-4 flex flex-wrap items-start justify-between gap-3">
          <div>
            {title && <h2 className="text-headline font-semibold">{title}</h2>}
            {description && <p className="mt-0.5 text-footnote text-label-2">{description}</p>}
          </div>
          {action}
        </header>
      )}
      {children}
    </section>
  );
}

/** One figure with its name. */
export function Figure({ name, value, detail }: { name: string; value: ReactNode; detail?: ReactNode }) {
  return (
    <div className="rounded-card bg-surface p-4 shadow-card">
      <dt className="text-footnote text-label-2">{name}</dt>
      <dd className="mt-1 text-title font-semibold">{value}</dd>
      {detail && <dd className="mt-0.5 text-caption text-label-2">{detail}</dd>}
    </div>
  );
}
