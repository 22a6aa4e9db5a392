import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import type { SandboxLimits, SandboxSelfTest } from '#ports/sandbox.ts';
import type { Host } from './host.ts';
import { exists } from './layout.ts';
import { type Manner, tierName, type Workplace } from './workplace.ts';

type Check = SandboxSelfTest['checks'][number];

const MODULE = 'aliquot_launcher.self_test';
const PLANTED_MODE = 0o644;
const limits: SandboxLimits = {
  memoryBytes: 512 * 1024 ** 2,
  diskBytes: 16 * 1024 ** 2,
  processes: 16,
  cpuSeconds: 10,
  wallSeconds: 20,
  outputBytes: 4096,
};

/** Runs a job that tries to get out, and looks from outside at what it achieved. */
export async function tryIsolation(workplace: Workplace, host: Host, manner: Manner, python: string) {
  const directory = join(workplace.directory, `self-test-${randomUUID().slice(0, 8)}`);
  await mkdir(directory, { mode: 0o755 });
  const secret = randomUUID();
  const planted = join(directory, 'planted');
  const unwanted = join(directory, 'unwanted');
  await writeFile(planted, secret, { mode: PLANTED_MODE });
  const listener = await listen();
  const witness = startWitness(python, secret);
  try {
    const target = { planted, unwanted, secret, port: listener.port, witness: witness.pid, attempts: 4096 };
    const attempts = ['attempts', JSON.stringify(target)];
    const checks = await reports(workplace, host, manner, attempts, directory);
    const forks = await reports(workplace, host, manner, ['fork', JSON.stringify(target)], directory);
    return judge([...checks, ...forks], {
      'read a planted file': true,
      'write next to a planted file': !(await exists(unwanted)),
      'open a network connection': listener.connections() === 0,
      'see a process of the server': true,
      'end a process of the server': witness.exitCode === null && witness.signalCode === null,
      'read a variable of the server': true,
      'change the mode of a planted file': ((await stat(planted)).mode & 0o777) === PLANTED_MODE,
      'fork past the cap': true,
    });
  } finally {
    witness.kill('SIGKILL');
    listener.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** A check that the job never reported did not pass. */
function judge(reported: Check[], seenFromOutside: Record<string, boolean>): Check[] {
  return Object.entries(seenFromOutside).map(([name, passed]) => {
    const check =
      reported.find((item) => item.name === name) ?? reported.find((item) => item.name === 'start');
    if (!check) return { name, passed: false, detail: 'not reported' };
    return { name, passed: check.passed && passed, detail: passed ? check.detail : 'seen from outside' };
  });
}

async function reports(
  workplace: Workplace,
  host: Host,
  manner: Manner,
  args: string[],
  collectInto: string,
) {
  const checks: Check[] = [];
  const job = { id: 'self-test', owner: 'self-test', args, inputs: [], limits, collectInto };
  const onLine = (line: string) => void checks.push(JSON.parse(line));
  await workplace
    .run(host, { ...manner, module: MODULE }, job, { onLine }, new AbortController().signal)
    .then(
      (result) => {
        if (result.limit === 'PROCESSES' && checks.length === 0) {
          checks.push({ name: 'fork past the cap', passed: true, detail: 'ended by the cap on processes' });
        }
        if (checks.length === 0) checks.push({ name: 'start', passed: false, detail: describe(result) });
      },
      (error) =>
        checks.push({ name: 'start', passed: false, detail: `${tierName(manner.tier)}: ${error.message}` }),
    );
  return checks;
}

function describe(result: { exitCode: number | null; signal: string | null; output: string }) {
  return `ended with ${result.exitCode ?? result.signal}: ${result.output.slice(-300)}`;
}

/** Stands for the server's own processes: same user, a secret in its environment. */
function startWitness(python: string, secret: string): ChildProcess {
  // its standard input ends with this process, and it with that
  const program = 'import sys; sys.stdin.read()';
  return spawn(python, ['-I', '-c', program], {
    env: { WITNESS_SECRET: secret },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
}

async function listen() {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, connections: () => connections, close: () => server.close() };
}
