import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { beforeAll, describe, expect, test } from 'vitest';
import type { AnalysisReport } from '#contract/report.ts';
import { readEnv } from '#env.ts';
import { pythonEnvironment } from '#python-environment.ts';
import { holdoutOf } from '#tables/holdout.ts';
import { datasetSha256, profileFile, withDirectory } from './harness.ts';

/** Every figure against pandas, SciPy and scikit-learn on the same rows; sampled ones on the same sample. */

const repository = join(import.meta.dirname, '../..');
const samples = join(repository, 'samples');
const shared = join(repository, '../shared/data');

type Case = { directory: string; file: string; target: string; task?: 'REGRESSION' };
const cases: Case[] = [
  { directory: samples, file: 'penguins.csv', target: 'species' },
  { directory: samples, file: 'diabetes.csv', target: 'progression' },
  { directory: samples, file: 'telco_churn.csv', target: 'churn' },
  { directory: shared, file: 'hypothyroid.csv', target: 'class' },
  { directory: shared, file: 'portal_surveys.csv', target: 'species_id' },
  { directory: shared, file: 'abalone.csv', target: 'rings', task: 'REGRESSION' },
  { directory: shared, file: 'taxis.csv', target: 'fare' },
];

let python: string;
beforeAll(async () => {
  const { interpreter, remedy } = await pythonEnvironment(readEnv());
  if (!interpreter) throw new Error(String(remedy));
  python = interpreter;
});

// biome-ignore lint/suspicious/noExplicitAny: the reference answers in the shape of the report
type Reference = Record<string, any>;

function askReference(request: object): Promise<Reference> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      python,
      [join(import.meta.dirname, 'reference.py')],
      { maxBuffer: 256 * 1024 ** 2 },
      (error, output) => (error ? reject(error) : resolve(JSON.parse(output))),
    );
    child.stdin?.end(JSON.stringify(request));
  });
}

/** Draws the sample by the rule that the report states, without the rows that are held out for the target. */
async function writeSample(parquet: string, report: AnalysisReport, file: string): Promise<void> {
  const { rowCount } = report.overview;
  const rule = report.correlations.samplingRule;
  const heldOut = holdoutOf({ datasetSha256, target: report.target?.name ?? '', rowCount }).heldOutRows();
  expect(rule.endsWith(', but for the rows that are held out for this target')).toBe(heldOut.length > 0);
  const step = /% (\d+) = 0/.exec(rule)?.[1] ?? '1';
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT * EXCLUDE (file_row_number) FROM read_parquet('${parquet}', file_row_number=true)
      WHERE hash(file_row_number) % ${step} = 0 AND file_row_number NOT IN (${[-1, ...heldOut].join(', ')})) TO '${file}' (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
}

const relativeError = 1e-9;
/** Figures that are sums of cancelling terms, such as a skewness near 0, are held to this. */
const absoluteError = 1e-11;

/** Paths below which two values differ. */
function differences(ours: unknown, theirs: unknown, path: string): string[] {
  if (typeof theirs === 'number' && typeof ours === 'number') {
    const error = Math.abs(ours - theirs);
    return error <= Math.max(absoluteError, relativeError * Math.abs(theirs))
      ? []
      : [`${path}: ours ${ours}, reference ${theirs}`];
  }
  if (Array.isArray(theirs) && Array.isArray(ours) && theirs.length !== ours.length) {
    return [`${path}: ours has ${ours.length}, reference ${theirs.length}`];
  }
  if (theirs !== null && typeof theirs === 'object') {
    return Object.entries(theirs).flatMap(([name, value]) =>
      differences((ours as Reference | null)?.[name], value, `${path}.${name}`),
    );
  }
  return ours === theirs ? [] : [`${path}: ours ${ours}, reference ${theirs}`];
}

/** The report in the shape of the reference: lists of pairs by the names of the columns. */
function comparable({ overview, columns, missingness, correlations, target }: AnalysisReport): Reference {
  const byColumn = <Each extends { column: string }>(list: Each[]) =>
    Object.fromEntries(list.map((each) => [each.column, each]));
  return {
    overview,
    columns: byColumn(columns),
    missingness: {
      completeRows: missingness.completeRows,
      matrix: missingness.matrix,
      patternRows: missingness.patterns.map(({ rowCount }) => rowCount),
      pairs: Object.fromEntries(missingness.pairs.map((pair) => [`${pair.first} ${pair.second}`, pair])),
    },
    correlations: Object.fromEntries(
      correlations.pairs.map((pair) => [`${pair.first} ${pair.second} ${pair.method}`, pair]),
    ),
    mechanismTest: missingness.mechanismTest,
    target: target && {
      ...target,
      associations: byColumn(target.associations.filter(({ association }) => association !== null)),
    },
  };
}

describe('every figure is that of pandas, SciPy and scikit-learn', () => {
  test.each(cases.filter(({ directory, file }) => existsSync(join(directory, file))))(
    '$file for $target',
    { timeout: 120_000 },
    ({ directory, file, target, task }) =>
      withDirectory(async (work) => {
        const { report, parquet } = await profileFile(
          work,
          await readFile(join(directory, file)),
          target,
          task,
        );
        const sample = join(work, 'sample.parquet');
        await writeSample(parquet, report, sample);
        const reference = await askReference({ parquet, sample, report });
        const ours = comparable(report);
        expect(differences(ours, reference, file)).toEqual([]);
        expect(Object.keys(ours.correlations).sort()).toEqual(Object.keys(reference.correlations).sort());
        expect(Object.keys(ours.missingness.pairs)).toHaveLength(
          Math.min(100, Object.keys(reference.missingness.pairs).length),
        );
        const { rowCount } = report.overview;
        expect(report.correlations.isSampled).toBe(rowCount > 1_000);
        expect(report.target?.developmentRows).toBe(
          holdoutOf({ datasetSha256, target, rowCount }).developmentRows().length,
        );
        if (rowCount <= 20_000) expect(report.target?.sampleRows).toBe(report.target?.developmentRows);
      }),
  );
});
