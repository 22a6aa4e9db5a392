import { useState } from 'react';
import { useEvents } from '../../app/events.ts';
import { IngestionDocument } from '../../gql/graphql.ts';

export type Reading = { fraction: number; message: string };

/**
 * How far the server is with reading a file; null follows nothing. A file that is read again has the end of the first
 * reading in its stream: what follows it is awaited.
 */
export function useIngestion(datasetId: string | null): Reading | null {
  const [behind, setBehind] = useState<string | null>(null);
  const [progress, setProgress] = useState<Reading | null>(null);
  useEvents({
    document: IngestionDocument,
    id: datasetId,
    after: behind,
    round: behind,
    eventOf: ({ datasetEvents }) => datasetEvents,
    onEvent: (event) => {
      setProgress(event.__typename === 'IngestionProgressed' ? event.progress : null);
      const isEnd = event.__typename === 'DatasetReady' || event.__typename === 'DatasetRejected';
      if (isEnd && event.dataset.status === 'INGESTING') setBehind(event.cursor);
    },
  });
  return progress;
}
