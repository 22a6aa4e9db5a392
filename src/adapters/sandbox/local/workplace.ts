import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxHandlers, SandboxJob, SandboxResult } from '#ports/sandbox.ts';
import { collect, copyOut } from './collect.ts';
import { listenForSupervisors } from './control.ts';
import { converse, release } from './conversation.ts';
import type { Host } from './host.ts';
import { layOut } from './inputs.ts';
import { installRunner, makePassable } from './layout.ts';
import { CONTROL_SOCKET, livingServers } from './living-servers.ts';
import { declareUse, pruneCaches } from './prune.ts';

/** How the launcher is to isolate, and what it starts. */
export interface Manner {
  /** 'namespaces', 'bubblewrap', 'landlock' or 'unsafe' */
  tier: string;
  bubblewrap: string | null;
  module: string;
  threads: number;
}

export type Workplace = Awaited<ReturnType<typeof openWorkplace>>;

/** This server's own directory below `work/`: the socket of the supervisors and a directory for each job. */
export async function openWorkplace(places: {
  python: string;
  runnerDirectory: string;
  packageName: string;
  cacheDirectory: string;
}) {
  const { cacheDirectory, python } = places;
  const workRoot = join(cacheDirectory, 'work');
  await makePassable(workRoot);
  const living = await livingServers(workRoot);
  const directory = await mkdtemp(join(workRoot, `${process.pid}-`));
  await makePassable(directory);
  const address = join(directory, CONTROL_SOCKET);
  const control = await listenForSupervisors(address);
  const runner = await installRunner(places.runnerDirectory, places.packageName, cacheDirectory);
  await declareUse(cacheDirectory, directory, [runner, python]);
  const pruning = pruneCaches(cacheDirectory, [...living, directory]);

  return {
    runner,
    directory,
    address,
    /** Runs a job in a process forked by `host`, which must be ready. */
    async run(
      host: Host,
      manner: Manner,
      job: SandboxJob,
      handlers: SandboxHandlers,
      closing: AbortSignal,
    ): Promise<SandboxResult> {
      const base = join(directory, `${job.id}-${randomUUID().slice(0, 8)}`);
      const token = randomUUID();
      try {
        await layOut(base, job.inputs, manner.tier !== 'unsafe');
        const supervisor = control.expect(token, host.ended);
        host.startJob(token);
        const socket = await supervisor;
        try {
          const { args, limits } = job;
          const request = { ...manner, base, arguments: args, limits };
          const out = join(base, 'work/out');
          handlers.onStart?.({
            copyOut: (name, target) => copyOut(out, name, target, limits.diskBytes),
            // after the request, which is the first line
            extend: (seconds) => void setImmediate(() => socket.write(`extend ${seconds}\n`)),
          });
          const verdict = await converse(socket, request, handlers, closing);
          const collected = await collect(out, job.collectInto, limits.diskBytes);
          return { ...verdict, ...collected, tier: tierName(manner.tier) };
        } finally {
          await release(socket);
        }
      } finally {
        await rm(base, { recursive: true, force: true });
      }
    },
    async close() {
      await pruning;
      await control.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export function tierName(tier: string) {
  return tier === 'unsafe' ? tier : `local:${tier}`;
}
