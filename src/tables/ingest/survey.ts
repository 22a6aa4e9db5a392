import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';

/** What one pass over the raw bytes tells, at about a gigabyte a second. */
export interface ByteSurvey {
  byteSize: number;
  nulBytes: number;
  /** Sequences that are not UTF-8, and those of two bytes or more that are. */
  invalidSequences: number;
  multibyteSequences: number;
  /** First bytes of the file. */
  head: Buffer;
  /** Pieces around bytes above 127, for guessing a legacy encoding. */
  highByteSample: Buffer;
}

const headLength = 512 * 1024;
const sampleLength = 64 * 1024;

export async function surveyBytes(
  path: string,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<ByteSurvey> {
  const survey: ByteSurvey = {
    byteSize: 0,
    nulBytes: 0,
    invalidSequences: 0,
    multibyteSequences: 0,
    head: Buffer.alloc(0),
    highByteSample: Buffer.alloc(0),
  };
  const head: Buffer[] = [];
  const sample: Buffer[] = [];
  let sampled = 0;
  let carry: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, {
    highWaterMark: 1024 * 1024,
    signal,
  }) as AsyncIterable<Buffer>) {
    if (survey.byteSize < headLength) head.push(chunk);
    survey.byteSize += chunk.length;
    for (let at = chunk.indexOf(0); at !== -1; at = chunk.indexOf(0, at + 1)) survey.nulBytes += 1;
    const bytes = carry.length > 0 ? Buffer.concat([carry, chunk]) : chunk;
    const cut = completeLength(bytes);
    countSequences(bytes.subarray(0, cut), survey);
    carry = Buffer.from(bytes.subarray(cut));
    if (sampled < sampleLength) {
      const piece = highBytePieces(chunk, sampleLength - sampled);
      sampled += piece.length;
      if (piece.length > 0) sample.push(piece);
    }
    onBytes(survey.byteSize);
  }
  countSequences(carry, survey);
  survey.head = Buffer.concat(head).subarray(0, headLength);
  survey.highByteSample = Buffer.concat(sample);
  return survey;
}

/** Length without an unfinished UTF-8 sequence (at most 3 bytes) at the end. */
function completeLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) {
      const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needed > back ? bytes.length - back : bytes.length;
    }
  }
  return bytes.length;
}

function countSequences(bytes: Buffer, survey: ByteSurvey): void {
  const isValid = isUtf8(bytes);
  // A valid chunk matters only while the verdict is open: the ratio needs both counts once something is invalid.
  if (isValid && survey.multibyteSequences > 1_000_000) return;
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) {
      at += 1;
      continue;
    }
    const length =
      byte >= 0xf0 && byte < 0xf5 ? 4 : byte >= 0xe0 && byte < 0xf0 ? 3 : byte >= 0xc2 && byte < 0xe0 ? 2 : 0;
    let ok = length > 0 && at + length <= bytes.length;
    for (let index = 1; ok && index < length; index += 1) ok = ((bytes[at + index] ?? 0) & 0xc0) === 0x80;
    if (ok) survey.multibyteSequences += 1;
    else survey.invalidSequences += 1;
    at += ok ? length : 1;
  }
}

function highBytePieces(chunk: Buffer, limit: number): Buffer {
  const pieces: Buffer[] = [];
  let total = 0;
  for (let at = 0; at < chunk.length && total < limit; at += 1) {
    if ((chunk[at] ?? 0) < 0x80) continue;
    const piece = chunk.subarray(Math.max(0, at - 16), at + 48);
    pieces.push(piece);
    total += piece.length;
    at += 47;
  }
  return Buffer.concat(pieces);
}
