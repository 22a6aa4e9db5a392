import { open } from 'node:fs/promises';
import { TableError } from '#tables/errors.ts';

export interface TextHead {
  text: string;
  /** True when the head is the whole file. */
  isWhole: boolean;
}

const headBytes = 400 * 1024;
/** A single row may be wider than the head: then more is read. */
const widestHeadBytes = 32 * 1024 * 1024;
const wantedLines = 8;
const carriageReturn = 13;
const lineFeed = 10;

/**
 * Beginning of a clean UTF-8 file, cut at a character; at least a few lines long where the file has them.
 * @throws TableError TOO_MANY_COLUMNS when the first line is too long to be read whole, and has too many cells by any reading.
 */
export async function readTextHead(path: string, maximumColumns: number): Promise<TextHead> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    for (let length = headBytes; ; length *= 4) {
      const bytes = Buffer.alloc(Math.min(length, size));
      await handle.read(bytes, 0, bytes.length, 0);
      const isWhole = bytes.length === size;
      refuseWideLine(bytes, maximumColumns);
      if (!isWhole && length < widestHeadBytes && countLines(bytes) < wantedLines) continue;
      return { text: new TextDecoder('utf-8').decode(bytes, { stream: !isWhole }), isWhole };
    }
  } finally {
    await handle.close();
  }
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (
    let at = bytes.indexOf(lineFeed);
    at !== -1 && lines < wantedLines;
    at = bytes.indexOf(lineFeed, at + 1)
  )
    lines += 1;
  return lines;
}

/** Only lines without an end in sight: those that end are counted exactly, by the syntax that was found. */
function refuseWideLine(bytes: Buffer, maximumColumns: number): void {
  if (bytes.includes(lineFeed) || bytes.includes(carriageReturn) || bytes.includes('"')) return;
  for (const delimiter of [',', ';', '\t', '|']) {
    let cells = 1;
    for (let at = bytes.indexOf(delimiter); at !== -1; at = bytes.indexOf(delimiter, at + 1)) cells += 1;
    if (cells <= maximumColumns) continue;
    throw new TableError(
      'TOO_MANY_COLUMNS',
      `The first ${Math.ceil(bytes.length / 1024)} KiB are one line of more than ${maximumColumns} cells; at most ${maximumColumns} columns are read. Drop columns, or check the line ends.`,
      { line: 1 },
    );
  }
}
