import type { WriteStream } from 'node:tty';
import type { ExperimentEvent } from '#cli/remote/experiment.ts';
import { eventLine } from '#cli/view/event-line.ts';
import { renderFrame } from '#cli/view/frame.ts';
import { openScreen } from '#cli/view/screen.ts';
import { plainText, withColour, withoutColour } from '#cli/view/text.ts';
import type { View } from '#cli/view/view.ts';

/** Tells the user how it goes. */
export interface Reporter {
  /** What is to be seen now. */
  show(view: View): void;
  /** An event that `view` has taken in. */
  happened(event: ExperimentEvent, view: View): void;
  /** A line that stays. */
  say(line: string): void;
  close(): void;
}

const refreshMilliseconds = 200;

/** Redraws in place on a terminal, writes plain lines elsewhere. */
export function openReporter(stream: NodeJS.WriteStream): Reporter {
  return stream.isTTY ? liveReporter(stream as WriteStream) : plainReporter(stream);
}

function plainReporter(stream: Pick<NodeJS.WriteStream, 'write'>): Reporter {
  const say = (line: string) => void stream.write(`${plainText(line)}\n`);
  return {
    show: () => undefined,
    happened(event, view) {
      const line = eventLine(event, view);
      if (line !== null) say(line);
    },
    say,
    close: () => undefined,
  };
}

function liveReporter(stream: WriteStream): Reporter {
  const screen = openScreen(stream);
  const paint = stream.hasColors() ? withColour : withoutColour;
  let shown: View | null = null;
  const draw = () => {
    const { columns = 80, rows = 24 } = stream;
    if (shown) screen.draw(renderFrame(shown, { columns, rows, now: Date.now(), paint }));
  };
  // the time that is left runs on between two events; many events make one picture
  const timer = setInterval(draw, refreshMilliseconds);
  return {
    show: (view) => {
      shown = view;
    },
    happened: (_event, view) => {
      shown = view;
    },
    say: (line) => screen.print(plainText(line)),
    close() {
      clearInterval(timer);
      screen.close();
    },
  };
}
