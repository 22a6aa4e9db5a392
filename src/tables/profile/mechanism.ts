import type { AnalysisReport } from '#contract/report.ts';
import { type Codes, crossTabulate, informationOf, occupied } from './coefficients.ts';
import { tidy } from './columns.ts';
import { chiSquaredTail } from './distributions.ts';
import { codesOf, isMissingAt, type Sample, type SampleColumn } from './sample.ts';

type Mechanism = Pick<
  AnalysisReport['missingness'],
  'mechanism' | 'mechanismReason' | 'mechanismTest' | 'mechanismSampleRows'
>;
type Test = NonNullable<Mechanism['mechanismTest']>;

const judgedColumns = 10;
const comparedColumns = 200;
const fewestGaps = 10;
const fewestRows = 50;
/** Of the whole family of comparisons (Bonferroni). */
const significance = 0.01;
const smallestInformationShare = 0.02;

/**
 * Do gaps depend on other columns? G-test of each gap flag against each other column, numbers binned. MCAR cannot be
 * proven and MNAR not be seen in the data: this is a hint.
 */
export function judgeMechanism(sample: Sample, hasGaps: boolean): Mechanism {
  const told = (
    mechanism: Mechanism['mechanism'],
    mechanismReason: string,
    mechanismTest: Test | null = null,
  ) => ({
    ...{ mechanism, mechanismReason, mechanismTest },
    mechanismSampleRows: sample.rows,
  });
  if (!hasGaps) return told('NONE', 'No cell is missing.');
  const columns = [...sample.columns.values()];
  const flags = columns
    .filter(({ missingCount }) => missingCount >= fewestGaps && sample.rows - missingCount >= fewestGaps)
    .sort((first, second) => second.missingCount - first.missingCount)
    .slice(0, judgedColumns);
  if (sample.rows < fewestRows || flags.length === 0)
    return told('UNKNOWN', `Too few gaps to tell (${sample.rows} rows looked at).`);
  const tests = flags.flatMap((column) => {
    const flag = missingFlag(column, sample.rows);
    return columns
      .filter((other) => other !== column)
      .slice(0, comparedColumns)
      .flatMap((other) => gTest(column, flag, other) ?? []);
  });
  const limit = significance / Math.max(1, tests.length);
  const [strongest] = tests
    .filter(({ pValue, explainedFraction }) => pValue < limit && explainedFraction > smallestInformationShare)
    .sort((first, second) => second.explainedFraction - first.explainedFraction);
  const compared = `${tests.length} G-tests of gap flags of ${flags.length} columns against other columns`;
  if (!strongest) {
    return told(
      'MCAR_LIKELY',
      `No gap depends on another column: ${compared}, none below p = ${limit.toPrecision(2)}.`,
    );
  }
  const nameOf = (physical: string) => JSON.stringify(sample.columns.get(physical)?.column.name);
  const { column, other, statistic, degreesOfFreedom, explainedFraction } = strongest;
  return told(
    'MAR_LIKELY',
    `Gaps in ${nameOf(column)} depend on ${nameOf(other)}: G = ${statistic.toFixed(1)} with ${degreesOfFreedom} degrees of freedom, ${(explainedFraction * 100).toFixed(1)} % of the gap's entropy explained; the strongest of ${compared}.`,
    { ...strongest, comparisons: tests.length },
  );
}

type Comparison = Omit<Test, 'comparisons'>;

function gTest(column: SampleColumn, flag: Codes, other: SampleColumn): Comparison | null {
  const table = crossTabulate(flag, codesOf(other));
  const sides = [occupied(table.rowTotals), occupied(table.columnTotals)];
  if (table.total < fewestRows || sides.some((side) => side < 2)) return null;
  const bits = informationOf(table);
  const statistic = 2 * table.total * Math.LN2 * bits;
  const degreesOfFreedom = (sides[1] as number) - 1;
  const gaps = (table.rowTotals[1] as number) / table.total;
  // above what chance gives on average
  const explained = Math.max(0, bits - degreesOfFreedom / (2 * table.total * Math.LN2)) / binaryEntropy(gaps);
  return {
    column: column.column.physicalName,
    other: other.column.physicalName,
    statistic: tidy(statistic) ?? 0,
    degreesOfFreedom,
    pValue: chiSquaredTail(statistic, degreesOfFreedom),
    explainedFraction: Math.min(1, tidy(explained) ?? 0),
  };
}

function missingFlag(column: SampleColumn, rows: number): Codes {
  const codes = new Int32Array(rows);
  for (let index = 0; index < rows; index += 1) if (isMissingAt(column, index)) codes[index] = 1;
  return { codes, size: 2 };
}

function binaryEntropy(p: number): number {
  return p <= 0 || p >= 1 ? 1 : -(p * Math.log2(p) + (1 - p) * Math.log2(1 - p));
}
