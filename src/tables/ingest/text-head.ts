import { open } from 'node:fs/promises';

export interface TextHead {
  text: string;
  /** True when the head is the whole file. */
  isWhole: boolean;
}

const headBytes = 400 * 1024;
/** A single row may be wider than the head: then more is read. */
const widestHeadBytes = 32 * 1024 * 1024;

/** Beginning of a clean UTF-8 file, cut at a character; at least a few lines long where the file has them. */
export async function readTextHead(path: string): Promise<TextHead> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    for (let length = headBytes; ; length *= 4) {
      const bytes = Buffer.alloc(Math.min(length, size));
      await handle.read(bytes, 0, bytes.length, 0);
      const isWhole = bytes.length === size;
      if (!isWhole && length < widestHeadBytes && countLines(bytes) < 8) continue;
      return { text: new TextDecoder('utf-8').decode(bytes, { stream: !isWhole }), isWhole };
    }
  } finally {
    await handle.close();
  }
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at !== -1 && lines < 8; at = bytes.indexOf(10, at + 1)) lines += 1;
  return lines;
}
