import type { AnalysisReport } from '#contract/report.ts';
import type { CountedNumbers } from './counted.ts';
import { meanOf, moments } from './numbers.ts';

type Hint = NonNullable<NonNullable<AnalysisReport['target']>['transformHint']>;

/** Below, a target is even-sided enough. */
const noticeableSkewness = 1;
/** The skewness has to fall at least to this part. */
const worthwhile = 0.5;
const transforms: { transform: Hint['transform']; of: (value: number) => number }[] = [
  { transform: 'LOG1P', of: Math.log1p },
  { transform: 'SQUARE_ROOT', of: Math.sqrt },
];

/** Which transform of a quantity makes it most even-sided; only increasing ones of values from 0 on are tried. */
export function hintTransform(counted: CountedNumbers): Hint {
  const before = skewnessOf(counted);
  const none = (reason: string): Hint => ({
    ...{ transform: 'NONE', skewnessBefore: before, skewnessAfter: before, reason },
  });
  if (before === null) return none('Too few different values.');
  if (before < noticeableSkewness) return none(`The skewness of ${before.toFixed(2)} calls for none.`);
  if ((counted.values[0] as number) < 0) return none('Values below 0 have no logarithm.');
  const [best] = transforms
    .map(({ transform, of }) => ({
      transform,
      after: skewnessOf({ ...counted, values: counted.values.map(of) }),
    }))
    .filter(({ after }) => after !== null && Math.abs(after) <= before * worthwhile)
    .sort((first, second) => Math.abs(first.after ?? 0) - Math.abs(second.after ?? 0));
  if (!best) return none('Neither a logarithm nor a root makes it more even.');
  return {
    transform: best.transform,
    skewnessBefore: before,
    skewnessAfter: best.after,
    reason: `The skewness falls from ${before.toFixed(2)} to ${(best.after ?? 0).toFixed(2)}.`,
  };
}

function skewnessOf(counted: CountedNumbers): number | null {
  return moments(counted, meanOf(counted)).skewness;
}
