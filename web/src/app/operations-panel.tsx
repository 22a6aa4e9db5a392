import { useState } from 'react';
import { Badge } from '../ui/badge.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { Empty } from '../ui/states.tsx';
import { type Operation, useOperations } from './operations.ts';

/** The GraphQL behind the current view, to be used elsewhere: everything here can be done by a program. */
export function OperationsPanel({ onClose }: { onClose: () => void }) {
  const operations = useOperations();
  const [key, setKey] = useState<number | null>(null);
  const chosen = operations.find((operation) => operation.key === key) ?? operations[0];
  return (
    <Sheet
      title="GraphQL of this view"
      description="What this page has asked the server. Every program can ask the same."
      isOpen
      onClose={onClose}
    >
      {chosen ? (
        <div className="grid gap-4">
          <ul className="flex max-h-44 flex-wrap gap-1 overflow-y-auto" aria-label="Operations">
            {operations.map((operation) => (
              <li key={operation.key}>
                <Button
                  kind={operation === chosen ? 'secondary' : 'plain'}
                  aria-pressed={operation === chosen}
                  onClick={() => setKey(operation.key)}
                >
                  {operation.name}
                  <Badge>{operation.kind}</Badge>
                </Button>
              </li>
            ))}
          </ul>
          <OperationText key={chosen.key} operation={chosen} />
        </div>
      ) : (
        <Empty title="Nothing was asked">This view needs nothing from the server.</Empty>
      )}
    </Sheet>
  );
}

function OperationText({ operation: { text, variables } }: { operation: Operation }) {
  const [isCopied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  }
  return (
    <>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
        className="max-h-[50dvh] overflow-auto rounded-control bg-fill p-4 font-mono text-footnote"
      >
        {text}
      </pre>
      {variables !== '{}' && (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
          tabIndex={0}
          className="max-h-32 overflow-auto rounded-control bg-fill p-4 font-mono text-footnote"
        >
          {variables}
        </pre>
      )}
      <footer className="flex flex-wrap gap-2">
        <a
          href={`/graphql?query=${encodeURIComponent(text)}`}
          target="_blank"
          rel="noreferrer"
          className={buttonClass('primary')}
        >
          Open in the playground
        </a>
        <Button onClick={copy}>{isCopied ? 'Copied' : 'Copy'}</Button>
      </footer>
    </>
  );
}
