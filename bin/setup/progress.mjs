import { spawn } from 'node:child_process';

const seconds = (since) => `${Math.round((Date.now() - since) / 1000)} s`;

/** Shows one line a step when it begins and when it is done; standard output stays free for results. */
export async function step(title, work) {
  const since = Date.now();
  process.stderr.write(`  ${title} …\n`);
  const reminder = setInterval(() => process.stderr.write(`  ${title} … ${seconds(since)}\n`), 15_000);
  try {
    const result = await work();
    process.stderr.write(`  ${title}: done in ${seconds(since)}\n`);
    return result;
  } finally {
    clearInterval(reminder);
  }
}

const keptCharacters = 4000;
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const leave = () => process.exit(1);

/** What a set-up has begun ends with it, unless that is killed outright. */
function tieToThisProcess(child) {
  const end = () => child.kill('SIGKILL');
  process.on('exit', end);
  for (const signal of endingSignals) process.on(signal, leave);
  child.on('close', () => {
    process.off('exit', end);
    for (const signal of endingSignals) process.off(signal, leave);
  });
}

/**
 * Runs a program quietly and returns what it printed.
 * @throws Error with the end of its output when it fails.
 */
export function runQuietly(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    tieToThisProcess(child);
    let output = '';
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += chunk;
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(printed);
      const tail = output.slice(-keptCharacters).trim();
      reject(new Error(`${program} ${args.join(' ')} ended with ${signal ?? code}:\n${tail}`));
    });
  });
}
