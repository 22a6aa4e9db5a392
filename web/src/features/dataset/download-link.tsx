import { useEffect, useState } from 'react';
import { useClient } from 'urql';
import { DatasetLinkDocument } from '../../gql/graphql.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { duration } from '../../ui/format.ts';

const LINK_SECONDS = 300;
const TICK_MILLISECONDS = 1_000;

type Link = { url: string; expiresAt: string };

/** A link to the file as it was uploaded, made when it is asked for, with the time that it has left. */
export function DownloadLink({ datasetId, fileName }: { datasetId: string; fileName: string }) {
  const client = useClient();
  const [link, setLink] = useState<Link | null>(null);
  const [hasFailed, setFailed] = useState(false);
  const secondsLeft = useSecondsLeft(link?.expiresAt ?? null);

  async function ask(): Promise<void> {
    const { data } = await client
      .query(DatasetLinkDocument, { id: datasetId, seconds: LINK_SECONDS }, { requestPolicy: 'network-only' })
      .toPromise();
    const node = data?.node?.__typename === 'Dataset' ? data.node : null;
    setLink(node?.download ?? null);
    setFailed(node === null);
  }

  if (link === null || secondsLeft === 0) {
    return (
      <div className="grid justify-items-start gap-1">
        <Button onClick={ask}>{link ? 'Make a new link' : 'Make a download link'}</Button>
        <p role="status" className="text-caption text-label-2">
          {hasFailed
            ? 'No link came back. Check the connection and try again.'
            : link
              ? 'The link has expired.'
              : `It holds for ${duration(LINK_SECONDS)}, for whoever has it.`}
        </p>
      </div>
    );
  }
  return (
    <div className="grid justify-items-start gap-1">
      <a href={link.url} download={fileName} className={buttonClass('secondary')}>
        Download {fileName}
      </a>
      <p className="text-caption text-label-2">
        Expires in {duration(secondsLeft)}. Anybody with the link can use it until then: share it with care.
      </p>
    </div>
  );
}

function useSecondsLeft(expiresAt: string | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (expiresAt === null) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), TICK_MILLISECONDS);
    return () => clearInterval(timer);
  }, [expiresAt]);
  return expiresAt === null ? 0 : Math.max(0, Math.round((Date.parse(expiresAt) - now) / 1_000));
}
