import { memo, useMemo } from 'react';
import { type Token, tokens } from './python.ts';

const colours: Record<Token['kind'], string> = {
  keyword: 'text-accent font-medium',
  string: 'text-good',
  comment: 'text-label-3',
  number: 'text-caution',
  name: '',
  plain: '',
};

/** Python in its colours. */
export function CodeText({ code }: { code: string }) {
  return useMemo(() => linesOf(code), [code]).map((line, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
    <Line key={index} line={line} />
  ));
}

/** One line; drawn anew only where it has changed. */
const Line = memo(
  ({ line }: { line: readonly Token[] }) => (
    <>
      {line.map(({ kind, text }, index) =>
        colours[kind] === '' ? (
          text
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place
          <span key={index} className={colours[kind]}>
            {text}
          </span>
        ),
      )}
    </>
  ),
  (before, after) =>
    before.line.length === after.line.length &&
    before.line.every(({ kind, text }, index) => {
      const other = after.line[index];
      return other?.kind === kind && other.text === text;
    }),
);

/** Tokens line by line, each with its end; a string over several lines is cut. */
function linesOf(code: string): Token[][] {
  const lines: Token[][] = [[]];
  for (const { kind, text } of tokens(code)) {
    for (const part of text.split(/(?<=\n)/)) {
      lines.at(-1)?.push({ kind, text: part });
      if (part.endsWith('\n')) lines.push([]);
    }
  }
  return lines;
}
