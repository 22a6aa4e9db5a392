import { type Host, type HostSettings, startHost } from './host.ts';

const JOBS_PER_HOST = 200;

/** The Python processes that jobs are forked from: one warm at a time, replaced when it ends or has served. */
export function hosts(settings: (warm: boolean) => Promise<HostSettings>) {
  const all = new Set<Host>();
  let current: Promise<Host> | undefined;

  async function start(warm: boolean) {
    const host = startHost(await settings(warm));
    all.add(host);
    host.ended.then(() => all.delete(host));
    await host.ready;
    return host;
  }

  /** Where the imports fail, the job is to tell why: it then starts cold. */
  const startWarm = () => start(true).catch(() => start(false));

  async function next(warm: boolean): Promise<Host> {
    current ??= warm ? startWarm() : start(false);
    const mine = current;
    const host = await mine.catch((error) => {
      if (current === mine) current = undefined;
      throw error;
    });
    if (!host.hasEnded() && host.jobsStarted() < JOBS_PER_HOST) return host;
    if (current === mine) {
      current = undefined;
      host.retire();
    }
    return next(warm);
  }

  return {
    next,
    cold: () => start(false),
    async close() {
      for (const host of all) host.retire();
      await Promise.all([...all].map((host) => host.ended));
    },
  };
}
