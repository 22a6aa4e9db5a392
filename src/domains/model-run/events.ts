import type { NewEvent, StoredEvent } from '#ports/events.ts';

/** What an event of a model run carries: what becomes of it after its experiment has ended. */
type ModelRunEventPayloads = {
  PortableModelStarted: Record<string, never>;
  PortableModelFinished: Record<string, never>;
};

export function modelRunEvent<Type extends keyof ModelRunEventPayloads>(
  type: Type,
  payload: ModelRunEventPayloads[Type],
): NewEvent {
  return { type, payload };
}

export const endsModelRun = (event: StoredEvent): boolean => event.type === 'PortableModelFinished';
