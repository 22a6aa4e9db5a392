import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import iconv from 'iconv-lite';
import type { Repair } from '#contract/table.ts';
import { TableError } from '#tables/errors.ts';
import type { DetectedEncoding } from './encoding.ts';
import type { ByteSurvey } from './survey.ts';

export interface CleanText {
  /** UTF-8 without byte order mark and NUL. */
  path: string;
  repairs: Repair[];
}

const controlZ = 0x1a;

/** Gives back the file itself when it is clean UTF-8, a decoded copy otherwise. Streams: memory does not grow with the file. */
export async function toCleanText(
  source: string,
  survey: ByteSurvey,
  encoding: DetectedEncoding,
  temporaryDirectory: string,
  signal: AbortSignal,
): Promise<CleanText> {
  const isUtf8 = /^utf-?8$/.test(encoding.name);
  const endsWithControlZ = (await lastByte(source, survey.byteSize)) === controlZ;
  if (
    isUtf8 &&
    survey.invalidSequences === 0 &&
    survey.nulBytes === 0 &&
    encoding.markLength === 0 &&
    !endsWithControlZ
  ) {
    return { path: source, repairs: [] };
  }
  const target = path.join(temporaryDirectory, 'decoded.csv');
  let nulCount = 0;
  let replacedCount = 0;
  let characterCount = 0;
  const clean = new Transform({
    decodeStrings: false,
    encoding: 'utf8',
    transform(chunk: string | Buffer, _encoding, done) {
      let text = chunk.toString();
      characterCount += text.length;
      if (text.includes('\0')) {
        const stripped = text.replaceAll('\0', '');
        nulCount += text.length - stripped.length;
        text = stripped;
      }
      for (let at = text.indexOf('\uFFFD'); at !== -1; at = text.indexOf('\uFFFD', at + 1))
        replacedCount += 1;
      done(null, text);
    },
  });
  const input = createReadStream(source, {
    start: encoding.markLength,
    end: Math.max(encoding.markLength, survey.byteSize - 1 - (endsWithControlZ ? 1 : 0)),
    highWaterMark: 256 * 1024,
  });
  await pipeline(
    input,
    iconv.decodeStream(encoding.name, { stripBOM: true }),
    clean,
    createWriteStream(target),
    { signal },
  );
  if (characterCount > 0 && replacedCount > characterCount * 0.1) {
    throw new TableError(
      'UNDECODABLE_TEXT',
      `${replacedCount} of ${characterCount} characters cannot be read as ${encoding.name}. Save the file as UTF-8, or name its encoding.`,
    );
  }
  const repairs: Repair[] = [];
  if (!isUtf8) {
    repairs.push({
      code: 'TRANSCODED',
      message: `Text was converted from ${encoding.name} to UTF-8.`,
      count: 1,
    });
  }
  if (nulCount > 0)
    repairs.push({ code: 'NUL_REMOVED', message: 'NUL characters were removed.', count: nulCount });
  if (replacedCount > 0) {
    repairs.push({
      code: 'UNDECODABLE_REPLACED',
      message: 'Bytes that are not valid in the encoding were replaced by U+FFFD.',
      count: replacedCount,
    });
  }
  return { path: target, repairs };
}

async function lastByte(source: string, byteSize: number): Promise<number | undefined> {
  if (byteSize === 0) return undefined;
  for await (const chunk of createReadStream(source, { start: byteSize - 1 }) as AsyncIterable<Buffer>)
    return chunk[0];
  return undefined;
}
