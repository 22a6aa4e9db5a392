import { constants } from 'node:fs';
import { access, mkdir, readdir, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import postgres from 'postgres';
import { databaseUrl } from '#adapters/database/embedded.ts';
import { sandboxUrl } from '#adapters/sandbox/from-url.ts';
import { directoryOf, storageUrl } from '#adapters/storage/from-url.ts';
import { bucketFindings } from '#cli/local/bucket-findings.ts';
import type { Env } from '#env.ts';
import { StorageError } from '#ports/storage.ts';
import { pythonEnvironment } from '#python-environment.ts';
import { findRunningServer } from '#supervisor/running-server.ts';

/** One part of the installation. A fault stops the server from working, a warning is worth knowing. */
export interface Finding {
  name: string;
  state: 'ok' | 'warning' | 'fault';
  detail: string;
  remedy: string | null;
}

type Outcome = Omit<Finding, 'name'>;

const ok = (detail: string): Outcome => ({ state: 'ok', detail, remedy: null });
const fault = (detail: string, remedy: string): Outcome => ({ state: 'fault', detail, remedy });

const parts: Record<string, (env: Env) => Promise<Outcome>> = {
  'Node.js': async () => ok(process.version),
  Server: describeServer,
  Database: checkDatabase,
  Storage: checkStorage,
  Python: checkPython,
  Sandbox: checkSandbox,
  'Code generator': async () => ok('rules'),
};

/** Looks at every part in turn; starts the embedded database for a moment if it does not run. */
export async function diagnose(env: Env): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [name, look] of Object.entries(parts)) {
    const outcome = await look(env).catch((error: Error) => fault(error.message, 'See the message.'));
    findings.push({ name, ...outcome });
  }
  return findings;
}

async function describeServer(env: Env): Promise<Outcome> {
  const running = await findRunningServer(env.DATA_DIR);
  return ok(running ? `runs at ${running.url} (process ${running.pid})` : 'not running: npm start');
}

async function checkDatabase(env: Env): Promise<Outcome> {
  const remedy = env.DATABASE_URL
    ? 'Check DATABASE_URL and whether that server runs, or unset it to use the embedded database.'
    : 'Follow the message; the log is postgres-*/server.log below DATA_DIR.';
  try {
    const database = await databaseUrl(env);
    const sql = postgres(database.url, { max: 1, connect_timeout: 10, onnotice: () => {} });
    try {
      const rows = await sql`select current_setting('server_version') as version`;
      const version = String(rows[0]?.version);
      const source = env.DATABASE_URL ? 'of DATABASE_URL' : 'embedded';
      if (Number.parseInt(version, 10) >= 15) return ok(`PostgreSQL ${version}, ${source}`);
      return fault(`PostgreSQL ${version} is too old`, 'Use PostgreSQL 15 or newer.');
    } finally {
      await sql.end({ timeout: 1 });
      await database.stop();
    }
  } catch (error) {
    return fault((error as Error).message, remedy);
  }
}

const enoughFreeBytes = 2 * 1024 ** 3;

async function checkStorage(env: Env): Promise<Outcome> {
  const url = storageUrl(env);
  if (url.startsWith('s3:')) return checkBucket(url);
  const directory = env.STORAGE_URL ? (directoryOf(url) ?? '') : env.DATA_DIR;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    return fault((error as Error).message, 'Set DATA_DIR (or STORAGE_URL) to a directory you may write to.');
  }
  const { bavail, bsize } = await statfs(directory);
  const encryption = env.STORAGE_ENCRYPTION_KEY.length > 0 ? 'encrypted (AES-256-GCM)' : 'not encrypted';
  const detail = `${directory}, ${((bavail * bsize) / 1024 ** 3).toFixed(1)} GiB free, ${encryption}`;
  if (bavail * bsize >= enoughFreeBytes) return ok(detail);
  return { state: 'warning', detail, remedy: 'Free some space, or set DATA_DIR to a larger disk.' };
}

async function checkBucket(url: string): Promise<Outcome> {
  const { inspectBucket } = await import('#adapters/storage/s3-inspection.ts');
  try {
    return bucketFindings(await inspectBucket(url, { workDirectory: tmpdir() }));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return fault(`${error.code} (${(error.cause as Error | undefined)?.message})`, error.message);
  }
}

async function checkPython(env: Env): Promise<Outcome> {
  const { interpreter, ready, remedy } = await pythonEnvironment(env);
  if (!ready || interpreter === null) return fault('the environment is not set up', remedy ?? '');
  return ok(`${interpreter}, ${(await libraryVersions(interpreter)).join(', ')}`);
}

const libraries = [
  'numpy',
  'pandas',
  'pyarrow',
  'scikit_learn',
  'lightgbm',
  'xgboost',
  'xgboost_cpu',
  'catboost',
];

async function libraryVersions(interpreter: string): Promise<string[]> {
  const library = join(dirname(interpreter), '..', 'lib');
  const [python = ''] = (await readdir(library)).filter((name) => name.startsWith('python'));
  const versions = (await readdir(join(library, python, 'site-packages')))
    .map((name) => /^(\w+)-(.+)\.dist-info$/.exec(name))
    .filter((match) => match?.[1] && libraries.includes(match[1].toLowerCase()))
    .map((match) => `${match?.[1]?.replace('_', '-')} ${match?.[2]}`);
  return [python.replace('python', 'Python '), ...versions.sort()];
}

async function checkSandbox(env: Env): Promise<Outcome> {
  if (sandboxUrl(env) === 'unsafe:') {
    const remedy = 'Unset SANDBOX_URL to isolate jobs.';
    return { state: 'warning', detail: 'unsafe: jobs run without isolation', remedy };
  }
  // loads the whole server, which the other parts do not need
  const { openSandbox } = await import('#app.ts');
  const sandbox = await openSandbox(env);
  try {
    const report = await sandbox.selfTest();
    const passed = report.checks.filter((check) => check.passed).length;
    const detail = `${report.tier}, ${passed} of ${report.checks.length} attacks of the self-test were stopped`;
    return report.passed ? ok(detail) : fault(detail, report.remedy ?? '');
  } finally {
    await sandbox.close();
  }
}
