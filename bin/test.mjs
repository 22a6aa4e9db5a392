import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explain, setUp } from './setup.mjs';
import { runChecks } from './test/checks.mjs';
import { add, newTotals, printEnd } from './test/report.mjs';
import { runSmokeTest } from './test/smoke.mjs';
import { runSuites } from './test/suites.mjs';

async function main() {
  await setUp({ development: true });
  const totals = newTotals();
  const directory = mkdtempSync(join(tmpdir(), 'aliquot-test-'));
  try {
    add(totals, await runChecks());
    if (!process.argv.includes('--checks')) {
      for (const counts of await runSuites(directory)) add(totals, counts);
      add(totals, await runSmokeTest(directory));
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  printEnd(totals);
  process.exit(totals.failed === 0 ? 0 : 1);
}

main().catch(explain);
