#!/usr/bin/env node
import { buildWebApp } from './setup/web-app.mjs';
import { explain, setUp } from './setup.mjs';

const entries = {
  start: '../src/supervisor.ts',
  server: '../src/server.ts',
  worker: '../src/worker.ts',
  migrate: '../src/supervisor/migrate.ts',
};

const command = process.argv[2] ?? 'help';

/** Commands that talk to a server need no Python here, but the same Node packages. */
async function main() {
  await setUp();
  if (command === 'start' || command === 'server') await buildWebApp();
  const { register } = await import('tsx/esm/api');
  register();
  if (command === 'doctor') {
    const { doctor } = await import('../src/cli/local/doctor.ts');
    process.exitCode = await doctor(process.argv.slice(3));
    return;
  }
  await import(Object.hasOwn(entries, command) ? entries[command] : '../src/cli/main.ts');
}

main().catch(explain);
