import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';

/** What a code generator would be told, to read before anything is sent anywhere. */
export function PreprocessingPrompt({ text }: { text: string }) {
  const [isCopied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  }
  return (
    <Card>
      <details>
        <summary className="flex min-h-11 cursor-pointer items-center font-medium md:min-h-9">
          The findings as a prompt
        </summary>
        <p className="pt-1 text-footnote text-label-2">
          What a code generator would be told about this table. It stays here unless you copy it.
        </p>
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
          tabIndex={0}
          className="my-3 max-h-112 overflow-auto rounded-control bg-fill p-4 font-mono text-caption whitespace-pre-wrap"
        >
          {text}
        </pre>
        <Button onClick={copy}>{isCopied ? 'Copied' : 'Copy'}</Button>
      </details>
    </Card>
  );
}
