import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { databaseUrl } from '#adapters/database/embedded.ts';
import { storageFromUrl, storageUrl } from '#adapters/storage/from-url.ts';
import { CliError, UsageError } from '#cli/errors.ts';
import { watchInterruption } from '#cli/interruption.ts';
import { migrate, openDatabase } from '#db.ts';
import { adoptStore, type Copied, copyObjects } from '#domains/stored-object/copy.ts';
import { type Env, readEnv } from '#env.ts';
import { findRunningServer } from '#supervisor/running-server.ts';

const TELL_MILLISECONDS = 1_000;

/** `aliquot storage migrate --to URL [--json]`: copies all files to another store, verified; can be called again. */
export async function storage(args: string[]): Promise<number> {
  const { to, isJson } = parse(args);
  const env = readEnv();
  const isRunning = (await findRunningServer(env.DATA_DIR)) !== null;
  const copied = await migrateStorage(env, to, isRunning);
  const isDone = copied.failures.length === 0 && copied.unfinished === 0 && !isRunning;
  const next = nextStep(copied, isRunning, to);
  process.stdout.write(
    isJson ? `${JSON.stringify({ ...copied, isDone, next }, null, 2)}\n` : report(copied, next),
  );
  return copied.failures.length === 0 ? 0 : 1;
}

async function migrateStorage(env: Env, to: string, isRunning: boolean): Promise<Copied> {
  if (to === storageUrl(env)) throw new CliError('SAME_STORAGE', 'The files are in this storage already.');
  const workDirectory = join(env.DATA_DIR, 'work');
  await mkdir(workDirectory, { recursive: true, mode: 0o700 });
  const open = (url: string) =>
    storageFromUrl(url, { workDirectory, encryptionKeys: env.STORAGE_ENCRYPTION_KEY }).catch(refuse);
  const stores = { from: await open(storageUrl(env)), to: await open(to) };
  const running = await databaseUrl(env);
  const interruption = watchInterruption();
  try {
    await migrate(running.url);
    const database = openDatabase(running.url, { connections: 8 });
    try {
      const copied = await copyObjects(database.db, stores, { signal: interruption.signal, tell: teller() });
      if (copied.failures.length === 0 && !isRunning) await adoptStore(database.db, stores.to);
      return copied;
    } finally {
      await database.close();
    }
  } finally {
    interruption.release();
    await running.stop();
  }
}

function refuse(error: Error): never {
  throw new CliError('STORAGE_NOT_USABLE', error.message.replace(/^STORAGE_URL: /, '--to: '));
}

function teller() {
  let told = Date.now();
  return ({ objects, total, bytes, failures }: Copied) => {
    if (Date.now() - told < TELL_MILLISECONDS) return;
    told = Date.now();
    const failed = failures.length > 0 ? `, ${failures.length} failed` : '';
    process.stderr.write(`${objects} of ${total} files, ${(bytes / 1e6).toFixed(0)} MB${failed}\n`);
  };
}

function report({ objects, copied, bytes, failures }: Copied, next: string): string {
  const lines = failures.map(({ key, code, message }) => `${key}: ${code}: ${message}`);
  const summary = `${objects} files (${(bytes / 1e6).toFixed(1)} MB) are there and were read back; ${copied} of them were copied now.`;
  return `${[...lines, summary, next].join('\n')}\n`;
}

function nextStep({ failures, unfinished }: Copied, isRunning: boolean, to: string): string {
  if (failures.length > 0) return 'Mend what is listed, then call this again: it goes on where it was.';
  if (isRunning) return 'The server is running and may store more: stop it, then call this once more.';
  const pending =
    unfinished > 0
      ? `${unfinished} unfinished uploads stay behind; they begin anew in the new storage. `
      : '';
  return `${pending}Set STORAGE_URL=${to} and start the server. The files in the old storage are left alone.`;
}

function parse(args: string[]): { to: string; isJson: boolean } {
  const [verb, ...rest] = args;
  if (verb !== 'migrate') throw new UsageError('storage takes the verb migrate');
  try {
    const options = { to: { type: 'string' }, json: { type: 'boolean', default: false } } as const;
    const { values } = parseArgs({ args: rest, options, strict: true });
    if (!values.to) throw new UsageError('storage migrate takes --to URL');
    return { to: values.to, isJson: values.json };
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
}
