import { readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';

export const CONTROL_SOCKET = 'control.sock';

/** Directories of the servers that run; removes what killed ones left: nobody answers at their socket any more. */
export async function livingServers(workRoot: string): Promise<string[]> {
  const living: string[] = [];
  for (const name of await readdir(workRoot)) {
    const directory = join(workRoot, name);
    if (await answers(join(directory, CONTROL_SOCKET))) living.push(directory);
    else await rm(directory, { recursive: true, force: true });
  }
  return living;
}

/** True also where the socket is not there yet: that server is just starting. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'ECONNREFUSED'));
  });
}
