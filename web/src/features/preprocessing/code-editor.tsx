import { type KeyboardEvent, useDeferredValue, useRef } from 'react';
import { CodeText } from './code-text.tsx';

const INDENT = '    ';
const text = 'col-start-1 row-start-1 min-h-full p-4 font-mono text-footnote whitespace-pre';

/** Python to be edited: the browser's own text field, with its colours drawn below it. */
export function CodeEditor(props: {
  label: string;
  code: string;
  onChange: (code: string) => void;
  /** Lines with something wrong, from 1. */
  faults?: ReadonlySet<number>;
}) {
  const { label, code, onChange, faults } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const isLeaving = useRef(false);
  const shown = useDeferredValue(code);
  const lines = shown.split('\n').length;

  /** As typed text, so that the browser can undo it. */
  const type = (inserted: string) => document.execCommand('insertText', false, inserted);

  function press(event: KeyboardEvent<HTMLTextAreaElement>): void {
    const { selectionStart, selectionEnd, value } = event.currentTarget;
    const line = value.slice(value.lastIndexOf('\n', selectionStart - 1) + 1, selectionStart);
    if (event.key === 'Tab' && !event.shiftKey && !isLeaving.current) {
      event.preventDefault();
      type(INDENT);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      type(`\n${/^\s*/.exec(line)?.[0] ?? ''}${line.trimEnd().endsWith(':') ? INDENT : ''}`);
    } else if (event.key === 'Backspace' && selectionStart === selectionEnd && /^( {4})+$/.test(line)) {
      event.preventDefault();
      event.currentTarget.setSelectionRange(selectionStart - INDENT.length, selectionStart);
      document.execCommand('delete');
    }
    isLeaving.current = event.key === 'Escape';
  }

  return (
    <div className="grid gap-1.5">
      <div className="flex max-h-128 overflow-auto rounded-control bg-fill focus-within:outline-3 focus-within:outline-offset-2 focus-within:outline-accent">
        <ol
          aria-hidden="true"
          className="sticky left-0 z-10 shrink-0 self-start bg-surface py-4 pr-2 pl-3 text-right font-mono text-footnote text-label-3 select-none"
        >
          {Array.from({ length: lines }, (_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
            <li key={index} className={faults?.has(index + 1) ? 'font-bold text-bad' : undefined}>
              {index + 1}
            </li>
          ))}
        </ol>
        <div className="grid min-w-max flex-1">
          <pre aria-hidden="true" className={`${text} pointer-events-none`}>
            <CodeText code={shown} />
            {'\n'}
          </pre>
          <textarea
            ref={field}
            aria-label={label}
            aria-describedby="code-editor-help"
            value={code}
            onChange={(event) => onChange(event.target.value)}
            onKeyDown={press}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            wrap="off"
            className={`${text} size-full resize-none overflow-hidden bg-transparent text-transparent caret-label outline-none`}
          />
        </div>
      </div>
      <p id="code-editor-help" className="text-caption text-label-2">
        Tab indents; press Escape and then Tab to go on to what comes after.
      </p>
    </div>
  );
}
