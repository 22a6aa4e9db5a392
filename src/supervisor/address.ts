import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Env } from '#env.ts';
import { findRunningServer } from '#supervisor/running-server.ts';

/**
 * Looks whether the server can run here before anything is started.
 * @throws Error that says what to do.
 */
export async function checkAddress(env: Env): Promise<void> {
  const running = await findRunningServer(env.DATA_DIR);
  if (running) {
    throw new Error(
      `Aliquot is running already on ${env.DATA_DIR}: ${running.url} (process ${running.pid}).\n` +
        'Use that one, or stop it, or set DATA_DIR and PORT for a second one.',
    );
  }
  const fault = await listeningFault(env.HOST, env.PORT);
  if (fault === null) return;
  if (fault !== 'EADDRINUSE') {
    throw new Error(`The server cannot listen on ${env.HOST}:${env.PORT} (${fault}): set HOST and PORT.`);
  }
  const holder = (await isAliquot(env.HOST, env.PORT)) ? 'another Aliquot' : 'another program';
  throw new Error(
    `Port ${env.PORT} is taken by ${holder}. Start on another one: PORT=${env.PORT + 1} npm start`,
  );
}

async function listeningFault(host: string, port: number): Promise<string | null> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  } finally {
    server.close();
  }
}

async function isAliquot(host: string, port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://${host}:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ serverInfo { __typename } }' }),
      signal: AbortSignal.timeout(2000),
    });
    return (await response.text()).includes('"ServerInfo"');
  } catch {
    return false;
  }
}
