import chardet from 'chardet';
import iconv from 'iconv-lite';
import { TableError } from '#tables/errors.ts';
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
const multibyteEncodings = new Set(['Shift_JIS', 'EUC-JP', 'EUC-KR', 'Big5', 'GB18030', 'ISO-2022-JP']);
const westernNames = new Set(['ISO-8859-1', 'windows-1252']);
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

/** From this mean length of a run of high bytes on, words are written in another script than the Latin one. */
const foreignRunLength = 2.2;

function legacyEncoding({ head, byteSize, highByteSample }: ByteSurvey): DetectedEncoding {
  const sample = byteSize <= wholeSampleBytes ? head.subarray(0, byteSize) : highByteSample;
  const matches = chardet
    .analyse(sample)
    .filter(({ name }) => iconv.encodingExists(name) && !name.startsWith('UTF'));
  const western = { name: 'windows-1252', confidence: 0.5, markLength: 0 };
  if (meanHighRun(sample) < foreignRunLength) {
    // A few accents among plain letters: the statistics must be sure to say anything but Western.
    const best = matches.find(({ name }) => !multibyteEncodings.has(name));
    if (!best || best.confidence < 45 || westernNames.has(best.name)) {
      return { ...western, confidence: Math.max(0.5, (best?.confidence ?? 0) / 100) };
    }
    return { name: best.name.toLowerCase(), confidence: best.confidence / 100, markLength: 0 };
  }
  const ranked = matches
    .map(({ name, confidence }) => ({ name, confidence, letters: letterShare(sample, name) }))
    .sort((first, second) => second.letters - first.letters || second.confidence - first.confidence);
  const [best] = ranked;
  if (!best || best.letters < 0.6) return western;
  const name = westernNames.has(best.name) ? western.name : best.name.toLowerCase();
  return { name, confidence: Math.max(0.4, best.confidence / 100), markLength: 0 };
}

function meanHighRun(bytes: Buffer): number {
  let runs = 0;
  let high = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    if ((bytes[at] ?? 0) < 0x80) continue;
    high += 1;
    if (at === 0 || (bytes[at - 1] ?? 0) < 0x80) runs += 1;
  }
  return runs === 0 ? 0 : high / runs;
}

/** Share of letters among the characters beyond ASCII, in steps of a twentieth; what cannot be decoded counts twice. */
function letterShare(bytes: Buffer, encoding: string): number {
  let letters = 0;
  let others = 0;
  for (const character of iconv.decode(bytes, encoding)) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) continue;
    if (code === 0xfffd || code < 0xa0 || (code >= 0xe000 && code < 0xf900)) others += 2;
    else if (/[\p{L}\p{M}]/u.test(character)) letters += 1;
    else others += 1;
  }
  return letters + others === 0 ? 0 : Math.round((letters / (letters + others)) * 20) / 20;
}
