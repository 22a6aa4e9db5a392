import { type ReactNode, useMemo, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { count } from '../../ui/format.ts';
import { CodeEditor } from './code-editor.tsx';
import { CodeText } from './code-text.tsx';
import { DiffView } from './diff-view.tsx';
import type { Preparation } from './use-preparation.ts';

type View = 'READ' | 'EDIT' | 'CHANGES';

/** The steps as Python that runs alone: to read, keep, change by hand, and hold against the accepted version. */
export function CodeCard(props: {
  preparation: Preparation;
  /** What is under the owner's hands; null: as it is saved. */
  edited: string | null;
  isLocked: boolean;
  onChange: (code: string) => void;
  children: ReactNode;
}) {
  const { preparation, edited, isLocked, onChange, children } = props;
  const [view, setView] = useState<View>(edited === null ? 'READ' : 'EDIT');
  const [isCopied, setCopied] = useState(false);
  const code = edited ?? preparation.code;
  const accepted = preparation.accepted ?? null;
  const hasChanges = accepted !== null && accepted.code !== code;
  const shown = view === 'CHANGES' && !hasChanges ? 'READ' : view === 'EDIT' && isLocked ? 'READ' : view;
  const faults = useMemo(() => faultyLines(preparation), [preparation]);

  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(code);
    setCopied(true);
  }
  const choose = (next: View) => setView(shown === next ? 'READ' : next);
  return (
    <Card
      title="Code"
      description={`The same as Python, ${count(code.split('\n').length)} lines: python pipeline.py train.csv`}
      action={
        <div className="flex flex-wrap gap-2">
          <Button aria-pressed={shown === 'EDIT'} onClick={() => choose('EDIT')} disabled={isLocked}>
            {shown === 'EDIT' ? 'Read' : 'Edit'}
          </Button>
          {hasChanges && (
            <Button aria-pressed={shown === 'CHANGES'} onClick={() => choose('CHANGES')}>
              {shown === 'CHANGES' ? 'Hide changes' : 'Changes'}
            </Button>
          )}
          <Button onClick={copy}>{isCopied ? 'Copied' : 'Copy'}</Button>
          <Button onClick={() => keep(code)}>Download</Button>
        </div>
      }
    >
      <div className="grid grid-cols-1 gap-4">
        {shown === 'EDIT' && (
          <CodeEditor
            label="Code of the preparation"
            {...{ code, onChange }}
            {...(edited === null ? { faults } : {})}
          />
        )}
        {shown === 'CHANGES' && accepted && <DiffView before={accepted.code} after={code} />}
        {shown === 'READ' && (
          <section
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
            tabIndex={0}
            aria-label="Python"
            className="max-h-128 overflow-auto rounded-control bg-fill p-4 font-mono text-footnote"
          >
            <pre>
              <CodeText code={code} />
            </pre>
          </section>
        )}
        {children}
      </div>
    </Card>
  );
}

function keep(code: string): void {
  const url = URL.createObjectURL(new Blob([code], { type: 'text/x-python' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'pipeline.py';
  link.click();
  URL.revokeObjectURL(url);
}

/** The lines that the checks have named. */
function faultyLines({ gates, status }: Preparation): ReadonlySet<number> {
  if (status !== 'FAILED') return new Set();
  const details = gates.filter(({ verdict }) => verdict === 'FAILED').map(({ detail }) => detail);
  return new Set(
    details.flatMap((detail) => [...detail.matchAll(/^Line (\d+):/gm)].map(([, line]) => Number(line))),
  );
}
