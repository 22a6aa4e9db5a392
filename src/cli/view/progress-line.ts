import type { WriteStream } from 'node:tty';
import type { Progress } from '#cli/remote/pace.ts';
import { formatBar, formatSeconds } from '#cli/view/figures.ts';
import { openScreen } from '#cli/view/screen.ts';
import { cutLine, oneLine, plainText } from '#cli/view/text.ts';

/** How one thing goes, on two lines. */
export interface ProgressLine {
  show(progress: Progress): void;
  /** A line that stays. */
  say(line: string): void;
  close(): void;
}

const barColumns = 28;
const refreshMilliseconds = 100;

/** Redraws in place on a terminal; elsewhere only the lines that stay are written. */
export function openProgressLine(stream: NodeJS.WriteStream): ProgressLine {
  if (!stream.isTTY) {
    const say = (line: string) => void stream.write(`${plainText(line)}\n`);
    return { show: () => undefined, say, close: () => undefined };
  }
  const screen = openScreen(stream as WriteStream);
  let drawnAt = 0;
  return {
    show(progress) {
      if (Date.now() - drawnAt < refreshMilliseconds && progress.fraction < 1) return;
      drawnAt = Date.now();
      screen.draw(progressLines(progress).map((line) => cutLine(` ${line}`, stream.columns ?? 80)));
    },
    say: (line) => screen.print(plainText(line)),
    close: () => screen.close(),
  };
}

export function progressLines({ fraction, message, etaSeconds = null }: Progress): string[] {
  const left =
    etaSeconds === null ? '' : `   about ${formatSeconds(Math.max(1, Math.round(etaSeconds)))} left`;
  return [`${formatBar(fraction, barColumns)} ${Math.floor(fraction * 100)} %${left}`, oneLine(message)];
}
