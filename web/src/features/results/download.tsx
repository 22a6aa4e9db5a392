import { useState } from 'react';
import { Button } from '../../ui/button.tsx';

export type Link = { url: string; expiresAt: string };

/** A file behind a link that is made when it is asked for, and that ends by itself. */
export function Download(props: {
  name: string;
  /** @throws Error that says why there is none. */
  makeLink: () => Promise<Link>;
  kind?: 'primary' | 'secondary';
}) {
  const { name, makeLink, kind = 'secondary' } = props;
  const [link, setLink] = useState<Link | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [isCopied, setCopied] = useState(false);

  async function start(): Promise<void> {
    setBusy(true);
    setCopied(false);
    try {
      const made = await makeLink();
      setLink(made);
      setFault(null);
      const anchor = document.createElement('a');
      anchor.href = made.url;
      anchor.download = name;
      anchor.click();
    } catch (error) {
      setFault((error as Error).message);
    } finally {
      setBusy(false);
    }
  }

  async function copy({ url }: Link): Promise<void> {
    await navigator.clipboard.writeText(url);
    setCopied(true);
  }

  return (
    <div className="grid gap-1 justify-items-start">
      <div className="flex flex-wrap gap-2">
        <Button kind={kind} onClick={start} isBusy={isBusy} aria-label={`Download ${name}`}>
          Download
        </Button>
        {link && (
          <Button kind="plain" onClick={() => copy(link)}>
            {isCopied ? 'Copied' : 'Copy the link'}
          </Button>
        )}
      </div>
      <p role="status" className="text-caption text-label-2">
        {link && !fault && (
          <>
            The link works until {new Date(link.expiresAt).toLocaleTimeString()}; whoever has it can read the
            file.
          </>
        )}
        {fault && <span className="text-bad">{fault}</span>}
      </p>
    </div>
  );
}
