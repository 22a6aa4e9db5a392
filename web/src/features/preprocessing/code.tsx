import { useMemo, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { type Token, tokens } from './python.ts';

const colours: Record<Token['kind'], string> = {
  keyword: 'text-accent font-medium',
  string: 'text-good',
  comment: 'text-label-3',
  number: 'text-caution',
  name: '',
  plain: '',
};

/** Python that runs alone, to read, copy and keep. */
export function Code({ code }: { code: string }) {
  const [isCopied, setCopied] = useState(false);
  const parts = useMemo(() => tokens(code), [code]);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(code);
    setCopied(true);
  }
  function save(): void {
    const url = URL.createObjectURL(new Blob([code], { type: 'text/x-python' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = 'pipeline.py';
    link.click();
    URL.revokeObjectURL(url);
  }
  return (
    <Card
      title="Code"
      description="The same steps as Python: python pipeline.py train.csv"
      action={
        <div className="flex gap-2">
          <Button onClick={copy}>{isCopied ? 'Copied' : 'Copy'}</Button>
          <Button onClick={save}>Save</Button>
        </div>
      }
    >
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
        className="max-h-128 overflow-auto rounded-control bg-fill p-4 font-mono text-footnote"
      >
        {parts.map(({ kind, text }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place
          <span key={index} className={colours[kind]}>
            {text}
          </span>
        ))}
      </pre>
    </Card>
  );
}
