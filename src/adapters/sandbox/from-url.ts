import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Env } from '#env.ts';
import type { Sandbox } from '#ports/sandbox.ts';
import type { E2bSandboxOptions } from './e2b.ts';

export const runnerDirectory = fileURLToPath(new URL('../../../runner', import.meta.url));

/** The setting SANDBOX_URL, or E2B where its key is set, or this host. */
export function sandboxUrl(env: Env): string {
  return env.SANDBOX_URL ?? (env.E2B_API_KEY ? 'e2b:' : 'local:');
}

/**
 * What the settings E2B_… and TRAINING_… say.
 * @throws Error when there is no key.
 */
export function e2bOptions(env: Env, installation: string): E2bSandboxOptions {
  const { E2B_API_KEY: apiKey, E2B_DOMAIN: domain, E2B_API_URL: apiUrl, E2B_SANDBOX_URL: sandboxUrl } = env;
  if (!apiKey) throw new Error('SANDBOX_URL=e2b: needs the key of an account. Set E2B_API_KEY.');
  return {
    account: { apiKey, domain, apiUrl, sandboxUrl },
    // what marks the boxes is told to E2B
    installation: createHash('sha256').update(installation).digest('hex').slice(0, 16),
    template: env.E2B_TEMPLATE,
    size: { threads: env.TRAINING_THREADS, memoryBytes: env.TRAINING_MEMORY_MB * 1024 ** 2 },
    runnerDirectory,
  };
}

/** @param installation what this installation has alone. */
export async function openE2b(
  env: Env,
  installation: string,
  tell: (message: string) => void,
): Promise<Sandbox> {
  // the SDK costs some memory and time that others do not need
  const { e2bSandbox } = await import('./e2b.ts');
  return e2bSandbox({ ...e2bOptions(env, installation), tell });
}
