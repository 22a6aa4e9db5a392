import type { StoredEvent } from '#ports/events.ts';

/** Types of a dataset's events; the last two end the ingestion. */
export const datasetEventTypes = [
  'IngestionStarted',
  'IngestionProgressed',
  'DatasetReady',
  'DatasetRejected',
] as const;

export const endsIngestion = (event: StoredEvent): boolean =>
  event.type === 'DatasetReady' || event.type === 'DatasetRejected';
