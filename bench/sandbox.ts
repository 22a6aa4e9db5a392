/** From asking for a job to its end, for a job that does nothing: cold, warm, and a bare `python3 -c pass`: `sandbox.ts [rounds]`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openSandbox } from '#app.ts';
import { readEnv } from '#env.ts';
import type { Sandbox, SandboxLimits } from '#ports/sandbox.ts';
import { pythonEnvironment } from '#python-environment.ts';
import { percentile } from './fixture/figures.ts';

const rounds = Number(process.argv[2] ?? 30);
const COLD_ROUNDS = 3;
const TARGET_MILLISECONDS = 200;
const limits: SandboxLimits = {
  ...{ memoryBytes: 1024 ** 3, diskBytes: 1024 ** 2, outputBytes: 4096 },
  ...{ processes: 8, cpuSeconds: 60, wallSeconds: 60 },
};
const env = readEnv();
const { interpreter } = await pythonEnvironment(env);
await mkdir(env.DATA_DIR, { recursive: true });
const collectInto = await mkdtemp(join(env.DATA_DIR, 'bench-sandbox-'));

async function timed(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return performance.now() - since;
}

const bare = () => once(spawn(interpreter ?? 'python3', ['-c', 'pass'], { stdio: 'ignore' }), 'exit');

let jobs = 0;
async function emptyJob(sandbox: Sandbox): Promise<void> {
  jobs += 1;
  const { exitCode } = await sandbox.run(
    {
      ...{ id: `bench-${jobs}`, owner: 'bench', args: ['script', 'in/script.py'], limits, collectInto },
      inputs: [{ name: 'script.py', content: 'pass' }],
    },
    {},
  );
  if (exitCode !== 0) throw new Error(`the empty job ended with ${exitCode}`);
}

function print(name: string, times: number[]): void {
  const least = Math.min(...times).toFixed(0);
  console.log(
    `${name.padEnd(34)} min ${least} ms, median ${percentile(times, 0.5).toFixed(0)} ms (${times.length})`,
  );
}

try {
  const cold: number[] = [];
  const [without, warm]: [number[], number[]] = [[], []];
  for (let round = 0; round < COLD_ROUNDS; round += 1) {
    const sandbox = await openSandbox(env);
    await sandbox.selfTest();
    cold.push(await timed(() => emptyJob(sandbox)));
    // one of each in turn, so that both see the same load
    for (let turn = 0; turn < rounds / COLD_ROUNDS; turn += 1) {
      without.push(await timed(bare));
      warm.push(await timed(() => emptyJob(sandbox)));
    }
    if (round === 0) console.log(`tier ${sandbox.tier}`);
    await sandbox.close();
  }
  print('bare python3 -c pass', without);
  print('empty job, warm', warm);
  print('empty job, cold (all imports)', cold);
  const ratio = percentile(warm, 0.5) / TARGET_MILLISECONDS;
  console.log(`warm: median is ${ratio.toFixed(2)} x target ${TARGET_MILLISECONDS} ms`);
} finally {
  await rm(collectInto, { recursive: true, force: true });
}
