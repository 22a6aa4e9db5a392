/** Counts of a test run; failed ones have been shown already, skipped ones are listed with their reasons. */
export function newTotals() {
  return { passed: 0, failed: 0, skipped: [] };
}

export function add(totals, { passed = 0, failed = 0, skipped = [] }) {
  totals.passed += passed;
  totals.failed += failed;
  totals.skipped.push(...skipped);
}

export const heading = (text) => process.stdout.write(`\n== ${text}\n`);

export function printEnd(totals) {
  if (totals.skipped.length > 0) {
    heading('Not run');
    for (const { name, reason } of totals.skipped) process.stdout.write(`  ${name}: ${reason}\n`);
  }
  process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed\n`);
}
