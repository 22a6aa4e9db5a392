import { formatBytes } from '#cli/view/figures.ts';

/** What is told of something that takes its time. */
export interface Progress {
  fraction: number;
  message: string;
  etaSeconds?: number | null;
}

export type TellProgress = (progress: Progress) => void;

const windowMilliseconds = 10_000;
/** Before that, a speed says nothing. */
const shortestMilliseconds = 1_000;

/** Makes progress with speed and remaining time of byte counts: by the last seconds, so that a pause does not weigh for ever. */
export function pace(what: string, byteSize: number, tell: TellProgress, now = Date.now) {
  let samples: { at: number; bytes: number }[] = [];

  return function onBytes(bytes: number): void {
    const at = now();
    // what had arrived before does not count as speed
    if (samples.length === 0 || bytes < (samples.at(-1)?.bytes ?? 0)) samples = [{ at, bytes }];
    const last = samples.at(-1);
    if (!last || at - last.at >= 100) samples.push({ at, bytes });
    while (samples.length > 2 && at - (samples[0]?.at ?? at) > windowMilliseconds) samples.shift();
    const [first] = samples;
    const elapsed = at - (first?.at ?? at);
    const speed = elapsed < shortestMilliseconds ? null : ((bytes - (first?.bytes ?? 0)) / elapsed) * 1_000;
    const pieces = [`${what}: ${formatBytes(bytes)} of ${formatBytes(byteSize)}`];
    if (speed) pieces.push(`${formatBytes(Math.round(speed))}/s`);
    tell({
      fraction: byteSize === 0 ? 1 : bytes / byteSize,
      message: pieces.join(', '),
      etaSeconds: speed ? (byteSize - bytes) / speed : null,
    });
  };
}
