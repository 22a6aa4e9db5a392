import { useRef, useState } from 'react';
import { useClient } from 'urql';
import { Button } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { enqueue } from './upload-queue.ts';

const KINDS = '.csv,.tsv,.txt,.jsonl,.ndjson,.json,.parquet,.xlsx,.ods,.gz,.zip';

/** Where files are dropped or chosen; many at once wait for each other. */
export function DropZone() {
  const client = useClient();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const take = (files: FileList | null) => enqueue(client, [...(files ?? [])]);
  return (
    <section
      aria-label="Upload"
      className={classNames(
        'grid justify-items-center gap-3 rounded-card border-2 border-dashed border-line bg-surface px-4 py-10 text-center transition-colors duration-150',
        isOver && 'border-accent bg-accent-soft',
      )}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      <p className="text-headline font-semibold">Drop files here</p>
      <p className="text-footnote text-label-2">
        CSV, Excel, OpenDocument, Parquet or JSON lines, also compressed
      </p>
      <Button kind="primary" onClick={() => input.current?.click()}>
        Choose files
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        accept={KINDS}
        className="sr-only"
        tabIndex={-1}
        aria-label="Files to upload"
        onChange={(event) => {
          take(event.target.files);
          event.target.value = '';
        }}
      />
    </section>
  );
}
