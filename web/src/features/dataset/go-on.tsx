import { useRef, useState } from 'react';
import { useClient } from 'urql';
import type { DatasetFileFragment } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { bytes } from '../../ui/format.ts';
import { enqueue, useUploads } from './upload-queue.ts';

/** Goes on with an upload that was cut off: the browser needs to be shown the same file again. */
export function GoOn({ dataset }: { dataset: DatasetFileFragment }) {
  const { id, fileName, byteSize } = dataset;
  const client = useClient();
  const input = useRef<HTMLInputElement>(null);
  const [fault, setFault] = useState<string | null>(null);
  const isOnItsWay = useUploads().some(({ datasetId, state }) => datasetId === id && state !== 'FAILED');

  function take(file: File | undefined): void {
    if (!file) return;
    const isSame = file.size === Number(byteSize);
    setFault(isSame ? null : `${file.name} has ${bytes(file.size)}: choose the file of ${bytes(byteSize)}.`);
    if (isSame) enqueue(client, [file], id);
  }

  if (isOnItsWay) return null;
  return (
    <span className="grid justify-items-end gap-1">
      <Button onClick={() => input.current?.click()} aria-label={`Go on sending ${fileName}`}>
        Go on
      </Button>
      <input
        ref={input}
        type="file"
        className="sr-only"
        tabIndex={-1}
        aria-label={`The file ${fileName}`}
        onChange={(event) => {
          take(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
      {fault && (
        <span role="alert" className="max-w-sm text-right text-caption text-bad">
          {fault}
        </span>
      )}
    </span>
  );
}
