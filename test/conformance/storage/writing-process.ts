import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Opened } from '../stores.ts';

const program = fileURLToPath(new URL('writing-child.ts', import.meta.url));

/** A process of its own that writes its standard input to the same store, no file larger than the limit of the shell's. */
export function writingProcess(made: Opened, args: string[], options: { fileBlocks?: number } = {}) {
  const script = `ulimit -f ${options.fileBlocks ?? 'unlimited'} && exec "$0" "$@"`;
  const command = [process.execPath, '--import', 'tsx', program, made.workDirectory, ...args];
  const child = spawn('sh', ['-c', script, ...command], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...made.settings },
  });
  child.stdin.on('error', () => {});
  return child;
}
