import DataLoader from 'dataloader';
import type { Services } from '#app.ts';
import type { Viewer } from '#domains/account/authorise.ts';

/** What a resolver may use: the viewer, the services, and loaders that live as long as one operation. */
export type Context = {
  viewer: Viewer | null;
  services: Services;
  requestId: string;
  loaders: Map<string, DataLoader<string, unknown>>;
};

/**
 * Values by id, loaded together for all parents of an operation. `name` tells loaders of an operation apart and must
 * hold whatever arguments `load` depends on.
 */
export function loadBatched<Value>(
  context: Context,
  name: string,
  id: string,
  load: (ids: readonly string[]) => Promise<Map<string, Value>>,
): Promise<Value | null> {
  const known = context.loaders.get(name) as DataLoader<string, Value | null> | undefined;
  if (known) return known.load(id);
  const made = new DataLoader<string, Value | null>(async (ids) => {
    // a subscription lives long: what was loaded for one event is not kept for the next
    made.clearAll();
    const found = await load(ids);
    return ids.map((wanted) => found.get(wanted) ?? null);
  });
  context.loaders.set(name, made as DataLoader<string, unknown>);
  return made.load(id);
}
