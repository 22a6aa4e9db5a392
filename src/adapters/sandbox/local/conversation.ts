import type { Socket } from 'node:net';
import { constants } from 'node:os';
import type { SandboxHandlers, SandboxLimit, SandboxLimits } from '#ports/sandbox.ts';

/** What the supervisor is asked for; `request.py` reads it. */
export interface Request {
  tier: string;
  base: string;
  module: string;
  arguments: string[];
  threads: number;
  limits: SandboxLimits;
  bubblewrap: string | null;
}

/** What the supervisor answers when the job has ended. */
export interface Verdict {
  exitCode: number | null;
  signal: string | null;
  limit: SandboxLimit | null;
  canceled: boolean;
  output: string;
  outputDroppedBytes: number;
  wallSeconds: number;
  cpuSeconds: number;
  peakMemoryBytes: number;
}

/** The isolation could not be built; says why. */
export class SandboxFaultError extends Error {}

const HEADER_BYTES = 5;
const DEFAULT_GRACE_SECONDS = 5;

/** Speaks with a supervisor until its verdict; the work directory stays until `release`. */
export function converse(
  socket: Socket,
  request: Request,
  handlers: SandboxHandlers,
  closing: AbortSignal,
): Promise<Verdict> {
  const { signal, onLine, graceSeconds = DEFAULT_GRACE_SECONDS } = handlers;
  return new Promise((resolve, reject) => {
    let handlerFault: unknown;
    const cancel = () => socket.write(`cancel ${graceSeconds}\n`);
    const stop = () => socket.write('cancel 0\n');
    const settle = (action: () => void) => {
      signal?.removeEventListener('abort', cancel);
      closing.removeEventListener('abort', stop);
      action();
    };
    const passOn = (lines: string) => {
      try {
        for (const line of lines.split('\n')) onLine?.(line);
      } catch (error) {
        handlerFault ??= error;
        stop();
      }
    };
    const read = frameReader((kind, content) => {
      if (kind === 'E') passOn(content.toString('utf8'));
      if (kind === 'R') {
        const answer = JSON.parse(content.toString('utf8'));
        if (answer.fault !== undefined) settle(() => reject(new SandboxFaultError(answer.fault)));
        else if (handlerFault) settle(() => reject(handlerFault));
        else settle(() => resolve({ ...answer, signal: signalName(answer.signal) }));
      }
    });
    socket.on('data', read);
    socket.once('close', () => settle(() => reject(new Error('the supervisor of the job ended'))));
    socket.write(`${JSON.stringify(wireFormat(request))}\n`);
    if (closing.aborted) stop();
    else closing.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
  });
}

/** Lets the supervisor remove the work directory, and waits for that. */
export async function release(socket: Socket) {
  if (socket.destroyed) return;
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.write('release\n');
  await closed;
}

function wireFormat({ limits, ...rest }: Request) {
  return {
    ...rest,
    limits: {
      memory_bytes: limits.memoryBytes,
      disk_bytes: limits.diskBytes,
      processes: limits.processes,
      cpu_seconds: limits.cpuSeconds,
      wall_seconds: limits.wallSeconds,
      output_bytes: limits.outputBytes,
    },
  };
}

function frameReader(take: (kind: string, content: Buffer) => void) {
  let chunks: Buffer[] = [];
  let byteCount = 0;
  let wantedBytes = HEADER_BYTES;
  return (chunk: Buffer) => {
    chunks.push(chunk);
    byteCount += chunk.length;
    if (byteCount < wantedBytes) return;
    let data = Buffer.concat(chunks);
    while (data.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + data.readUInt32BE(1);
      if (data.length < end) break;
      take(String.fromCharCode(data[0] ?? 0), data.subarray(HEADER_BYTES, end));
      data = data.subarray(end);
    }
    chunks = [data];
    byteCount = data.length;
    wantedBytes = data.length < HEADER_BYTES ? HEADER_BYTES : HEADER_BYTES + data.readUInt32BE(1);
  };
}

function signalName(number: number | null) {
  if (number === null) return null;
  const known = Object.entries(constants.signals).find(([, value]) => value === number);
  return known?.[0] ?? `SIG${number}`;
}
