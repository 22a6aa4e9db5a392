import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LocalSandboxOptions, localSandbox } from '#adapters/sandbox/local.ts';
import type { Sandbox, SandboxHandlers, SandboxInput, SandboxLimits } from '#ports/sandbox.ts';

/** Any Python from 3.11 on; one with a `bwrap` beside it brings the tier 'bubblewrap' into the tests. */
export const plainPython = process.env.SANDBOX_TEST_PYTHON ?? '/usr/bin/python3';
export const tiers = ['namespaces', 'landlock'];
if (['/usr/bin/bwrap', join(dirname(plainPython), 'bwrap')].some(existsSync)) tiers.push('bubblewrap');

export const mebibyte = 1024 ** 2;
export const generous: SandboxLimits = {
  memoryBytes: 512 * mebibyte,
  diskBytes: 64 * mebibyte,
  processes: 32,
  cpuSeconds: 30,
  wallSeconds: 30,
  outputBytes: 64 * 1024,
};

/** The fake runner executes the Python file that it is given; see `runner/fake_runner`. */
export const fakeRunner = {
  runnerDirectory: fileURLToPath(new URL('./runner/', import.meta.url)),
  packageName: 'fake_runner',
};

export async function localForTests(options: Partial<LocalSandboxOptions> = {}) {
  const cacheDirectory = await mkdtemp(join(tmpdir(), 'aliquot-sandbox-'));
  await chmod(cacheDirectory, 0o711);
  const sandbox = localSandbox({ python: plainPython, cacheDirectory, ...fakeRunner, ...options });
  return {
    sandbox,
    cacheDirectory,
    async [Symbol.asyncDispose]() {
      await sandbox.close();
      rmSync(cacheDirectory, { recursive: true, force: true });
    },
  };
}

let jobs = 0;

export interface Attempt {
  limits?: Partial<SandboxLimits>;
  inputs?: SandboxInput[];
  args?: string[];
  handlers?: SandboxHandlers;
}

/** Runs Python source that defines `main(arguments)`; gathers what it wrote to the event channel. */
export async function runPython(sandbox: Sandbox, source: string, attempt: Attempt = {}) {
  const lines: string[] = [];
  const collectInto = mkdtempSync(join(tmpdir(), 'aliquot-collected-'));
  jobs += 1;
  const job = {
    id: `test-${jobs}`,
    owner: 'test',
    args: ['program.py', ...(attempt.args ?? [])],
    inputs: [{ name: 'program.py', content: source }, ...(attempt.inputs ?? [])],
    limits: { ...generous, ...attempt.limits },
    collectInto,
  };
  try {
    const result = await sandbox.run(job, { onLine: (line) => lines.push(line), ...attempt.handlers });
    const names = readdirSync(collectInto);
    const contents = new Map(names.map((name) => [name, readFileSync(join(collectInto, name), 'latin1')]));
    return { ...result, lines, contents };
  } finally {
    rmSync(collectInto, { recursive: true });
  }
}

/** Command lines of living processes that contain a text. Forks keep the command line they were forked with. */
export function processesWith(text: string): { pid: number; command: string }[] {
  const found = [];
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ');
      if (command.includes(text)) found.push({ pid: Number(name), command });
    } catch {
      // ended while we looked
    }
  }
  return found;
}

export async function until(condition: () => boolean, milliseconds: number) {
  const end = Date.now() + milliseconds;
  while (!condition() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
  return condition();
}
