import type { WriteStream } from 'node:tty';

export interface Screen {
  /** Puts these lines where the last ones were. */
  draw(lines: string[]): void;
  /** Writes a line that stays, above what is drawn. */
  print(line: string): void;
  /** Takes away what is drawn and gives the cursor back. */
  close(): void;
}

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';

/** The last lines of a terminal, drawn again in place. */
export function openScreen(stream: Pick<WriteStream, 'write'>): Screen {
  let drawn: string[] = [];
  const erase = () => (drawn.length > 0 ? `\u001b[${drawn.length}A\r\u001b[J` : '');
  const text = (lines: string[]) => lines.map((line) => `${line}\n`).join('');
  stream.write(hideCursor);
  return {
    draw(lines) {
      if (lines.length === drawn.length && lines.every((line, index) => line === drawn[index])) return;
      stream.write(erase() + text(lines));
      drawn = lines;
    },
    print(line) {
      stream.write(`${erase()}${line}\n${text(drawn)}`);
    },
    close() {
      stream.write(erase() + showCursor);
      drawn = [];
    },
  };
}
