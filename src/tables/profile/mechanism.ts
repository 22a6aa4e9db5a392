import type { AnalysisReport } from '#contract/report.ts';
import { type Codes, mutualInformation } from './coefficients.ts';
import { codesOf, isMissingAt, type SampleColumn, sampleLength } from './sample.ts';

type Mechanism = Pick<AnalysisReport['missingness'], 'mechanism' | 'mechanismReason'>;

const judgedColumns = 10;
const fewestGaps = 10;
const fewestRows = 50;
/** G-test limit for one of many comparisons: far beyond what chance gives. */
const tailFactor = 4;
const smallestInformationShare = 0.02;

/**
 * Do gaps depend on other columns? G-test of each gap flag against each other column, binned. MCAR cannot be proven
 * and MNAR not be seen in the data: this is a hint.
 */
export function judgeMechanism(sample: SampleColumn[], hasGaps: boolean): Mechanism {
  if (!hasGaps) return { mechanism: 'NONE', mechanismReason: 'No cell is missing.' };
  const rows = sampleLength(sample);
  const flags = sample
    .map((column) => ({ column, flag: missingFlag(column, rows) }))
    .filter(({ flag }) => flag.gaps >= fewestGaps && rows - flag.gaps >= fewestGaps)
    .sort((first, second) => second.flag.gaps - first.flag.gaps)
    .slice(0, judgedColumns);
  if (rows < fewestRows || flags.length === 0) {
    return { mechanism: 'UNKNOWN', mechanismReason: `Too few gaps to tell (${rows} rows looked at).` };
  }
  for (const { column, flag } of flags) {
    for (const other of sample) {
      if (other === column) continue;
      const codes = codesOf(other);
      const information = mutualInformation(flag.codes, codes);
      if (!information || codes.size < 2) continue;
      const freedom = codes.size - 1;
      const statistic = 2 * information.rows * Math.LN2 * information.value;
      const limit = tailFactor * Math.sqrt(2 * freedom) + 12;
      const share = information.value / binaryEntropy(flag.gaps / rows);
      if (statistic > limit && share > smallestInformationShare) {
        return {
          mechanism: 'MAR_LIKELY',
          mechanismReason: `Gaps in "${column.column.name}" depend on "${other.column.name}" (${(share * 100).toFixed(1)} % of the gap's entropy explained, G = ${statistic.toFixed(1)} above chance, ${freedom} degrees of freedom).`,
        };
      }
    }
  }
  return {
    mechanism: 'MCAR_LIKELY',
    mechanismReason: `No gap of the ${flags.length} columns looked at depends on another column.`,
  };
}

function missingFlag(column: SampleColumn, rows: number): { codes: Codes; gaps: number } {
  const codes = new Int32Array(rows);
  let gaps = 0;
  for (let index = 0; index < rows; index += 1) {
    if (!isMissingAt(column, index)) continue;
    codes[index] = 1;
    gaps += 1;
  }
  return { codes: { codes, size: 2 }, gaps };
}

function binaryEntropy(p: number): number {
  return p <= 0 || p >= 1 ? 1 : -(p * Math.log2(p) + (1 - p) * Math.log2(1 - p));
}
