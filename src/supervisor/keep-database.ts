import { setTimeout as sleep } from 'node:timers/promises';
import { databaseUrl, type OpenDatabase } from '#adapters/database/embedded.ts';
import type { Env } from '#env.ts';

export interface KeptDatabase {
  url(): string;
  stop(): Promise<void>;
}

export interface KeepDatabaseOptions {
  env: Env;
  log: (message: string) => void;
  /** The database came back at another address. */
  onMoved: () => void;
}

const lookEveryMilliseconds = 1000;

/** Opens the database and brings it back when PostgreSQL itself was killed. */
export async function keepDatabase({ env, log, onMoved }: KeepDatabaseOptions): Promise<KeptDatabase> {
  let database: OpenDatabase = await databaseUrl(env, log);
  const stopping = new AbortController();

  const watch = async () => {
    for (;;) {
      await sleep(lookEveryMilliseconds, undefined, { signal: stopping.signal });
      if (await database.isRunning()) continue;
      log('The database ended: starting it again');
      const before = database.url;
      database = await databaseUrl(env, log);
      if (database.url !== before) onMoved();
    }
  };
  const watching = watch().catch((error: Error) => {
    if (!stopping.signal.aborted) log(error.message);
  });

  const stop = async () => {
    stopping.abort();
    await watching;
    await database.stop();
  };
  return { url: () => database.url, stop };
}
