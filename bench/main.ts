/** `npm run bench` measures everything, `npm run bench NAME [ARGUMENTS]` one file of this folder. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'main.ts')
  .map((file) => file.slice(0, -'.ts'.length));
const [wanted, ...options] = process.argv.slice(2);
if (wanted !== undefined && !names.includes(wanted)) {
  console.error(`There is no bench “${wanted}”; there are: ${names.join(', ')}.`);
  process.exit(2);
}
let failed = 0;
for (const name of wanted === undefined ? names : [wanted]) {
  console.log(`\n${name} (load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} cores)`);
  // a process each: no bench inherits the memory of another
  const { status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, `${name}.ts`), ...options],
    { stdio: 'inherit' },
  );
  failed += status === 0 ? 0 : 1;
}
process.exit(failed === 0 ? 0 : 1);
