import type { StoredEvent } from '#ports/events.ts';

/** Whether an event ends the reading of a file. */
export const endsIngestion = (event: StoredEvent): boolean =>
  event.type === 'DatasetReady' || event.type === 'DatasetRejected';
