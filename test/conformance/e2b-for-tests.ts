import { lockHash } from '#adapters/sandbox/e2b/bundle.ts';
import { type E2bSandboxOptions, e2bSandbox } from '#adapters/sandbox/e2b.ts';
import { type E2bServer, startE2bServer } from '../e2b-server/server.ts';
import { fakeRunner, mebibyte, plainPython } from './sandbox-attacks/workbench.ts';

/** Quick enough that a test sees a lost connection found again, slow enough for a loaded machine. */
export const patient = { silenceMilliseconds: 4_000, patienceMilliseconds: 20_000 };

/** A server with one published template, and the sandbox that uses it. */
export async function e2bForTests(options: Partial<E2bSandboxOptions> & { server?: E2bServer } = {}) {
  const { server = await startE2bServer(plainPython), timings, ...rest } = options;
  server.templates.locks.set('test-template', await lockHash());
  const sandbox = await e2bSandbox({
    ...{ account: server.account, installation: 'test', template: 'test-template' },
    ...{
      size: { threads: 1, memoryBytes: 512 * mebibyte },
      timings: { ...patient, ...timings },
      ...fakeRunner,
      ...rest,
    },
  });
  return {
    sandbox,
    server,
    remains: () => server.boxes.remains(),
    async [Symbol.asyncDispose]() {
      await sandbox.close();
      if (!options.server) await server.close();
    },
  };
}
