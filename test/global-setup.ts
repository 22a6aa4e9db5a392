import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import type { TestProject } from 'vitest/node';
import { openEmbeddedDatabase } from '#adapters/database/embedded.ts';
import { migrate } from '#db.ts';
import { readEnv } from '#env.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A real PostgreSQL server for all test files; each makes a database of its own from `aliquot_template`. */
    databaseUrl: string;
  }
}

/** One PostgreSQL server for the whole run, and a migrated database to copy. */
export default async function setup(project: TestProject) {
  execFileSync(process.execPath, [fileURLToPath(new URL('../bin/setup/web-app.mjs', import.meta.url))]);
  const dataDirectory = await mkdtemp(join(tmpdir(), 'aliquot-test-database-'));
  const database = await openEmbeddedDatabase({ dataDirectory, cacheDirectory: readEnv().CACHE_DIR });
  const admin = postgres(database.url, { max: 1, onnotice: () => {} });
  await admin`create database aliquot_template`;
  await admin.end();
  const template = new URL(database.url);
  template.pathname = '/aliquot_template';
  await migrate(template.href);
  project.provide('databaseUrl', database.url);
  return async () => {
    await database.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  };
}
