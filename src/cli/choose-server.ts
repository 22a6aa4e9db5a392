import { plainText } from '#cli/view/text.ts';

export interface ChosenServer {
  url: string;
  /** What its data is kept by, whatever its address is at the moment. */
  home: string;
  /** Set when the server was started for this command. */
  startedServer: { dataDirectory: string } | null;
  close(): Promise<void>;
}

/** The server that was named; without one, that of the data directory, which is started where it does not run. */
export async function chooseServer(named: string | null, signal: AbortSignal): Promise<ChosenServer> {
  if (named !== null) return { url: named, home: named, startedServer: null, close: async () => {} };
  const { readEnv } = await import('#env.ts');
  const { openServer } = await import('#cli/local/open-server.ts');
  const env = readEnv();
  const { url, startedHere, close } = await openServer(env, {
    signal,
    say: (line) => void process.stderr.write(`${plainText(line)}\n`),
  });
  const dataDirectory = env.DATA_DIR;
  return { url, home: dataDirectory, startedServer: startedHere ? { dataDirectory } : null, close };
}
