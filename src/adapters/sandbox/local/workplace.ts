import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { SandboxHandlers, SandboxJob, SandboxResult } from '#ports/sandbox.ts';
import { collect, copyOut } from './collect.ts';
import { listenForSupervisors } from './control.ts';
import { converse, release } from './conversation.ts';
import type { Host } from './host.ts';
import { layOut } from './inputs.ts';
import { installRunner, makePassable } from './layout.ts';

const SOCKET = 'control.sock';

/** How the launcher is to isolate, and what it starts. */
export interface Manner {
  /** 'namespaces', 'bubblewrap', 'landlock' or 'unsafe' */
  tier: string;
  bubblewrap: string | null;
  module: string;
  threads: number;
}

export type Workplace = Awaited<ReturnType<typeof openWorkplace>>;

/** This server's own directory below `workRoot`: the socket of the supervisors and a directory for each job. */
export async function openWorkplace(places: {
  runnerDirectory: string;
  packageName: string;
  cacheDirectory: string;
  workRoot: string;
}) {
  await makePassable(places.workRoot);
  await sweep(places.workRoot);
  const runner = await installRunner(places.runnerDirectory, places.packageName, places.cacheDirectory);
  const directory = await mkdtemp(join(places.workRoot, `${process.pid}-`));
  await makePassable(directory);
  const address = join(directory, SOCKET);
  const control = await listenForSupervisors(address);

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
          handlers.onStart?.({ copyOut: (name, target) => copyOut(out, name, target, limits.diskBytes) });
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
      await control.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export function tierName(tier: string) {
  return tier === 'unsafe' ? tier : `local:${tier}`;
}

/** Removes what servers that were killed left behind: nobody answers at their socket any more. */
async function sweep(workRoot: string) {
  for (const name of await readdir(workRoot)) {
    const directory = join(workRoot, name);
    const answers = await new Promise<boolean>((resolve) => {
      const socket = connect(join(directory, SOCKET));
      socket.once('connect', () => resolve(true));
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
      socket.once('close', () => socket.destroy());
      socket.once('connect', () => socket.destroy());
    });
    if (!answers) await rm(directory, { recursive: true, force: true });
  }
}
