import iconv from 'iconv-lite';
import { TableError } from '#tables/errors.ts';
import { guessLegacyEncoding } from './legacy-encoding.ts';
import type { ByteSurvey } from './survey.ts';

export interface DetectedEncoding {
  /** A name that iconv-lite understands. */
  name: string;
  confidence: number;
  /** Bytes of a byte order mark. */
  markLength: number;
}

const marks: [string, string][] = [
  ['efbbbf', 'utf-8'],
  ['fffe0000', 'utf-32le'],
  ['0000feff', 'utf-32be'],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
];
const tolerableInvalidShare = 0.1;
const wholeSampleBytes = 64 * 1024;

/** The order follows certainty: mark, NUL pattern, UTF-8 validity, statistics. */
export function detectEncoding(survey: ByteSurvey, override: string | undefined): DetectedEncoding {
  const hex = survey.head.subarray(0, 4).toString('hex');
  const mark = marks.find(([bytes]) => hex.startsWith(bytes));
  if (override !== undefined) {
    if (!iconv.encodingExists(override)) {
      throw new TableError(
        'UNDECODABLE_TEXT',
        `The encoding "${override}" is not known. Use a name such as utf-8, windows-1252, utf-16le or shift_jis.`,
      );
    }
    return { name: override.toLowerCase(), confidence: 1, markLength: mark ? mark[0].length / 2 : 0 };
  }
  if (mark) return { name: mark[1], confidence: 1, markLength: mark[0].length / 2 };
  const wide = wideEncoding(survey.head);
  if (wide) return { name: wide, confidence: 0.95, markLength: 0 };
  if (survey.nulBytes > Math.max(64, survey.byteSize * 0.05)) {
    throw new TableError(
      'BINARY_FILE',
      `The file holds ${survey.nulBytes} NUL bytes: it is not text. Export the table as CSV and upload that.`,
    );
  }
  refuseControlCharacters(survey);
  if (survey.invalidSequences === 0) return { name: 'utf-8', confidence: 1, markLength: 0 };
  const sequences = survey.invalidSequences + survey.multibyteSequences;
  if (survey.invalidSequences / sequences <= tolerableInvalidShare) {
    return { name: 'utf-8', confidence: 1 - survey.invalidSequences / sequences, markLength: 0 };
  }
  return legacyEncoding(survey);
}

/** UTF-16 without a mark: text of Western scripts has its NULs on one side of the pairs. */
function wideEncoding(head: Buffer): string | undefined {
  let even = 0;
  let odd = 0;
  const length = Math.min(head.length, 65_536) & ~1;
  for (let at = 0; at < length; at += 2) {
    if (head[at] === 0) even += 1;
    if (head[at + 1] === 0) odd += 1;
  }
  const pairs = length / 2;
  if (pairs < 2) return undefined;
  if (odd > pairs * 0.4 && even < pairs * 0.05) return 'utf-16le';
  if (even > pairs * 0.4 && odd < pairs * 0.05) return 'utf-16be';
  return undefined;
}

function refuseControlCharacters({ head }: ByteSurvey): void {
  let controls = 0;
  for (const byte of head) {
    // Tab to carriage return, Ctrl-Z, escape (ISO-2022) and the separators 28..31 occur in real tables.
    if ((byte < 9 && byte > 0) || (byte > 13 && byte < 26) || byte === 127) controls += 1;
  }
  if (controls > Math.max(8, head.length * 0.02)) {
    throw new TableError(
      'BINARY_FILE',
      `${Math.round((controls / head.length) * 100)} % of the first bytes are control characters: the file is not text. Export the table as CSV.`,
    );
  }
}

function legacyEncoding({ head, byteSize, highByteSample }: ByteSurvey): DetectedEncoding {
  const sample = byteSize <= wholeSampleBytes ? head.subarray(0, byteSize) : highByteSample;
  return { ...guessLegacyEncoding(sample), markLength: 0 };
}
