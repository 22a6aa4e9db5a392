import { z } from 'zod';
import type { SandboxLimits, SandboxResult } from '#ports/sandbox.ts';
import { plainName } from '../local/collect.ts';
import { BoxLostError } from './account.ts';

const count = z.number().nonnegative();

/** What the box says about a job that has ended. The box may have been the job's by then: nothing in it is believed. */
const Verdict = z.object({
  exitCode: z.number().int().nullable(),
  signal: z
    .string()
    .regex(/^SIG[A-Z0-9+-]{1,16}$/)
    .nullable(),
  limit: z.enum(['MEMORY', 'DISK', 'PROCESSES', 'CPU', 'WALL', 'LINE']).nullable(),
  canceled: z.boolean(),
  output: z.string(),
  outputDroppedBytes: count,
  wallSeconds: count,
  cpuSeconds: count,
  peakMemoryBytes: count,
  files: z.array(z.object({ name: z.string().regex(plainName), byteSize: count.int() })).max(256),
  refused: z.array(z.string().max(128)).max(257),
});

export type Verdict = z.infer<typeof Verdict>;

/** @throws BoxLostError when it is none, or tells of more than the limits let through. */
export function parseVerdict(text: string, { diskBytes, outputBytes }: SandboxLimits): Verdict {
  try {
    const verdict = Verdict.parse(JSON.parse(text));
    const bytes = verdict.files.reduce((sum, { byteSize }) => sum + byteSize, 0);
    if (bytes <= diskBytes && verdict.output.length <= outputBytes) return verdict;
  } catch {
    // told below
  }
  throw new BoxLostError('the box said what it should not');
}

/** Of a job that was cancelled while there was no box that could say how it ended. */
export function canceledVerdict(wallSeconds: number): Omit<SandboxResult, 'tier'> {
  return {
    ...{ exitCode: null, signal: 'SIGKILL', limit: null, canceled: true },
    ...{ output: '', outputDroppedBytes: 0, files: [], refused: [] },
    ...{ wallSeconds, cpuSeconds: 0, peakMemoryBytes: 0 },
  };
}
