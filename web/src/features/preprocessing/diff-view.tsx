import { useMemo } from 'react';
import { classNames } from '../../ui/class-names.ts';
import { count } from '../../ui/format.ts';
import { type DiffLine, diffLines } from './diff.ts';

/** Lines around a change that are shown with it. */
const CONTEXT = 3;

const marks: Record<DiffLine['kind'], { sign: string; word: string; className: string }> = {
  SAME: { sign: ' ', word: '', className: '' },
  REMOVED: { sign: '−', word: 'removed: ', className: 'bg-bad-soft' },
  ADDED: { sign: '+', word: 'added: ', className: 'bg-good-soft' },
};

/** What has changed against another version, with a few lines around it. */
export function DiffView({ before, after }: { before: string; after: string }) {
  const lines = useMemo(() => diffLines(before, after), [before, after]);
  const near = useMemo(() => nearChanges(lines), [lines]);
  const [added, removed] = (['ADDED', 'REMOVED'] as const).map(
    (kind) => lines.filter((line) => line.kind === kind).length,
  );
  if (added === 0 && removed === 0)
    return <p className="text-body text-label-2">Nothing has changed against the accepted version.</p>;
  return (
    <div className="grid gap-2">
      <p className="text-footnote text-label-2">
        {count(added ?? 0)} lines added, {count(removed ?? 0)} removed
      </p>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
        aria-label="Changes"
        className="max-h-128 overflow-auto rounded-control bg-fill py-3"
      >
        <pre className="font-mono text-footnote">
          {lines.map((line, index) => {
            const { sign, word, className } = marks[line.kind];
            if (!near[index])
              return near[index - 1] || index === 0 ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
                <span key={index} className="block px-4 text-label-3">
                  ⋯
                </span>
              ) : null;
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
              <span key={index} className={classNames('block w-max min-w-full px-4', className)}>
                <span aria-hidden="true" className="mr-3 text-label-2 select-none">
                  {sign}
                </span>
                {word && <span className="sr-only">{word}</span>}
                {line.text}
              </span>
            );
          })}
        </pre>
      </section>
    </div>
  );
}

function nearChanges(lines: readonly DiffLine[]): boolean[] {
  const near = lines.map(() => false);
  for (const [index, { kind }] of lines.entries())
    if (kind !== 'SAME') near.fill(true, Math.max(0, index - CONTEXT), index + CONTEXT + 1);
  return near;
}
