import { type DateProfile, isoDate, tidy } from './columns.ts';
import type { CountedNumbers } from './counted.ts';

const dayMilliseconds = 86_400_000;
const listedGaps = 5;
/** Share of the steps that must be like the middle one for the dates to be called regular. */
const regularShare = 0.9;
/** Months have 28 to 31 days. */
const stepTolerance = 0.11;
const gapSteps = 1.5;
const fewestSteps = 5;

/** `counted` holds milliseconds since 1970. Gaps are told of dates that otherwise follow each other in equal steps. */
export function profileDates(counted: CountedNumbers, now: number): DateProfile | null {
  const { values, counts } = counted;
  const earliest = values[0];
  const latest = values.at(-1);
  if (earliest === undefined || latest === undefined) return null;
  let futureCount = 0;
  for (let index = values.length - 1; index >= 0 && (values[index] as number) > now; index -= 1)
    futureCount += counts[index] as number;
  return {
    earliest: isoDate(earliest),
    latest: isoDate(latest),
    rangeDays: (latest - earliest) / dayMilliseconds,
    hasTime: values.some((value) => value % dayMilliseconds !== 0),
    futureCount,
    ...stepsOf(values),
  };
}

function stepsOf(
  values: Float64Array,
): Pick<DateProfile, 'typicalStepSeconds' | 'isRegular' | 'gapCount' | 'gaps'> {
  if (values.length <= fewestSteps)
    return { typicalStepSeconds: null, isRegular: false, gapCount: 0, gaps: [] };
  const steps = values.subarray(1).map((value, index) => value - (values[index] as number));
  const sorted = steps.slice().sort();
  const typical = sorted[(sorted.length - 1) >> 1] as number;
  const alike = sorted.reduce(
    (count, step) => count + (Math.abs(step - typical) <= stepTolerance * typical ? 1 : 0),
    0,
  );
  const isRegular = alike >= regularShare * steps.length;
  const places = isRegular
    ? [...steps.keys()].filter((place) => (steps[place] as number) > gapSteps * typical)
    : [];
  const gaps = places
    .toSorted((first, second) => (steps[second] as number) - (steps[first] as number))
    .slice(0, listedGaps)
    .map((place) => ({
      after: isoDate(values[place] as number),
      before: isoDate(values[place + 1] as number),
      missingSteps: Math.round((steps[place] as number) / typical) - 1,
    }));
  return { typicalStepSeconds: tidy(typical / 1_000), isRegular, gapCount: places.length, gaps };
}
