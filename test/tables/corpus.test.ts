import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ingest } from '#tables/ingest/ingest.ts';

/** 165 difficult files beside the checkout. Nothing of them is part of the project. */
const corpus = path.resolve(import.meta.dirname, '../../../shared/csv-corpus');
const manifestPath = path.join(corpus, 'manifest.json');
const wantedShare = 0.98;

interface Entry {
  file: string;
  ok: boolean;
  rows?: number | [number, number];
  cols?: number | [number, number];
  names?: string[];
  error?: string;
  hard?: boolean;
}

const codes: Record<string, string[]> = {
  empty: ['EMPTY_FILE'],
  'no-data': ['NO_DATA_ROWS'],
  binary: ['BINARY_FILE', 'UNSUPPORTED_FORMAT'],
};

describe.skipIf(!existsSync(manifestPath))('the corpus of difficult files (not run without it)', () => {
  const entries: Entry[] = existsSync(manifestPath) ? JSON.parse(readFileSync(manifestPath, 'utf8')) : [];
  const counted = entries.filter(({ hard }) => !hard);
  const misses: string[] = [];
  afterAll(() =>
    console.log(
      `corpus: ${counted.length - misses.length} of ${counted.length}; missed: ${misses.join('; ') || 'none'}`,
    ),
  );

  it(`reads or refuses at least ${wantedShare * 100} % exactly as expected`, async () => {
    const root = await mkdtemp(path.join(os.tmpdir(), 'aliquot-corpus-'));
    try {
      for (const [index, entry] of counted.entries()) {
        const temporaryDirectory = path.join(root, String(index));
        await mkdir(temporaryDirectory);
        const got = await outcome(path.join(corpus, entry.file), temporaryDirectory);
        if (!matches(entry, got)) misses.push(`${entry.file} ${JSON.stringify(got).slice(0, 80)}`);
      }
    } finally {
      await rm(root, { recursive: true, force: true });
    }
    expect(counted.length).toBeGreaterThan(100);
    expect(1 - misses.length / counted.length).toBeGreaterThanOrEqual(wantedShare);
  }, 240_000);
});

type Outcome = { rows: number; names: string[] } | { code: string };

async function outcome(source: string, temporaryDirectory: string): Promise<Outcome> {
  try {
    const result = await ingest(
      { source, fileName: path.basename(source), parquet: path.join(temporaryDirectory, 'table.parquet') },
      {
        onProgress: () => {},
        signal: new AbortController().signal,
        memoryBytes: 1024 ** 3,
        temporaryDirectory,
      },
    );
    return { rows: result.rowCount, names: result.columns.map(({ name }) => name) };
  } catch (error) {
    return { code: (error as { code?: string }).code ?? String(error) };
  }
}

function matches(entry: Entry, got: Outcome): boolean {
  if (!entry.ok) return 'code' in got && (codes[entry.error ?? ''] ?? []).includes(got.code);
  if ('code' in got) return false;
  const within = (value: number, wanted: number | [number, number] | undefined) =>
    Array.isArray(wanted) ? value >= wanted[0] && value <= wanted[1] : value === wanted;
  const named = !entry.names || entry.names.every((name, index) => got.names[index] === name);
  return within(got.rows, entry.rows) && within(got.names.length, entry.cols) && named;
}
