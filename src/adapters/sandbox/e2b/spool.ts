import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandHandle } from '@e2b/code-interpreter';
import { BoxLostError } from './account.ts';
import type { Box } from './box.ts';

/** Text kept by the SDK for each command: beyond it the spool is read on by another one. */
const RENEW_CHARACTERS = 16 * 1024 ** 2;
const LONGEST_LINE = 16 * 1024 ** 2;
const RETRY_MILLISECONDS = 200;
const ENDS = 3;

export type SpoolLine = { kind: string; content: Buffer };

/**
 * Reads what the job's keeper writes to its spool, from the first line to its last, over as many connections as it
 * takes: each goes on at the offset of the last whole line, so that none is missing and none comes twice.
 * @throws what `take` throws.
 * @throws BoxLostError when the keeper ended without a last line, or the box did, or it cannot be reached any more.
 */
export async function readSpool(
  box: Box,
  keeper: { pid: number; spool: string },
  take: (line: SpoolLine) => 'more' | 'last',
  stop: AbortSignal,
): Promise<void> {
  const { silenceMilliseconds, patienceMilliseconds } = box.timings;
  const until = AbortSignal.any([stop, box.lost]);
  let offset = 0;
  let heardAt = Date.now();
  let complete = false;
  let fault: unknown;

  /** Reads until the connection breaks; true when there is nothing after what was read. */
  async function read(): Promise<boolean> {
    const reading = new AbortController();
    const silence = setTimeout(() => reading.abort(), silenceMilliseconds);
    let tail: CommandHandle | undefined;
    let partial = '';
    let characters = 0;
    const onStdout = (text: string) => {
      if (reading.signal.aborted) return;
      heardAt = Date.now();
      silence.refresh();
      characters += text.length;
      const lines = (partial + text).split('\n');
      partial = lines.pop() ?? '';
      try {
        for (const line of lines) {
          offset += line.length + 1;
          const kind = line.slice(0, 1);
          complete ||= take({ kind, content: Buffer.from(line.slice(1), 'base64') }) === 'last';
        }
        if (partial.length > LONGEST_LINE) throw new BoxLostError('the box sends nothing that can be read');
      } catch (error) {
        fault = error;
      }
      if (complete || fault || characters > RENEW_CHARACTERS) reading.abort();
    };
    try {
      const command = `cd && exec tail -c +${offset + 1} -f --pid=${keeper.pid} ${keeper.spool}`;
      const signal = AbortSignal.any([until, reading.signal]);
      tail = await box.remote.commands.run(command, {
        ...{ background: true, timeoutMs: 0, requestTimeoutMs: silenceMilliseconds },
        ...{ signal, onStdout },
      });
      await tail.wait();
      return true;
    } catch {
      // it goes on without anybody who listens
      tail?.kill().catch(() => {});
      return false;
    } finally {
      clearTimeout(silence);
      reading.abort();
    }
  }

  for (let ends = 0; !complete; ) {
    const before = offset;
    const ended = await read();
    if (fault) throw fault;
    if (complete) return;
    until.throwIfAborted();
    // what came last may have been lost on its way
    ends = ended && offset === before ? ends + 1 : 0;
    if (ends === ENDS) throw new BoxLostError('the process that keeps the job in the box ended');
    if (Date.now() - heardAt > patienceMilliseconds) {
      throw new BoxLostError('the box could not be reached any more');
    }
    if (offset > before) continue;
    if (await box.isGone()) throw new BoxLostError('the box has ended');
    await sleep(RETRY_MILLISECONDS);
  }
}
