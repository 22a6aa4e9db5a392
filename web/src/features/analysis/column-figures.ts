import type { ColumnFragment, NumbersFragment } from '../../gql/graphql.ts';
import { count, dateTime, decimal, percent } from '../../ui/format.ts';
import { spoken } from './severity.ts';

type Figures = [name: string, value: string][];

/** What was measured on a column, in words and with units; what does not apply is left out. */
export function figuresOf(column: ColumnFragment): Figures {
  const { valueCount, missingCount, missingFraction, distinctCount, isUnique } = column;
  const { mode, modeFraction, entropyBits, imbalance, disguisedMissingCount, disguisedMissingValues } =
    column;
  const figures: Figures = [
    ['Values', count(valueCount)],
    ['Missing', missingCount === 0 ? 'none' : `${count(missingCount)} (${percent(missingFraction)})`],
    ['Different values', isUnique ? `${count(distinctCount)}, each once` : count(distinctCount)],
  ];
  if (mode !== null && modeFraction !== null) {
    figures.push(['Most frequent', `${mode} (${percent(modeFraction)})`]);
  }
  if (disguisedMissingCount > 0) {
    figures.push([
      'Likely missing too',
      `${count(disguisedMissingCount)}: ${disguisedMissingValues.join(', ')}`,
    ]);
  }
  if (column.numeric && !column.date) figures.push(...numbers(column.numeric));
  if (column.date) {
    const { earliest, latest, rangeDays, futureCount } = column.date;
    figures.push(
      ['Earliest', dateTime(earliest)],
      ['Latest', dateTime(latest)],
      ['Span', `${count(rangeDays)} days`],
      ['In the future', futureCount === 0 ? 'none' : count(futureCount)],
    );
  }
  if (column.text) {
    const { minLength, medianLength, maxLength, meanWords, paddedCount, caseVariantCount } = column.text;
    figures.push(
      ['Length', [minLength, medianLength, maxLength].map(shown).join(' / ')],
      ['Words, mean', shown(meanWords)],
      ['With spaces around', count(paddedCount)],
      ['Spelt in several ways', count(caseVariantCount)],
    );
  }
  for (const { kind, evidence } of column.personalData) {
    figures.push(['Personal data', `${spoken(kind)}, by its ${spoken(evidence)}`]);
  }
  if (entropyBits !== null) figures.push(['Entropy', `${decimal(entropyBits)} bits`]);
  if (imbalance !== null) figures.push(['Imbalance, 0 to 1', decimal(imbalance)]);
  return figures;
}

const shown = (value: number | null): string => (value === null ? '–' : decimal(value));

function numbers(numeric: NumbersFragment): Figures {
  const { min, max, mean, median, standardDeviation, lowerQuartile, upperQuartile } = numeric;
  const { skewness, excessKurtosis, zeroCount, negativeCount, infiniteCount, outlierCountByRange } = numeric;
  const figures: Figures = [
    ['Smallest', shown(min)],
    ['Largest', shown(max)],
    ['Mean', shown(mean)],
    ['Median', shown(median)],
    ['Standard deviation', shown(standardDeviation)],
    ['Middle half', `${shown(lowerQuartile)} to ${shown(upperQuartile)}`],
    ['Skewness', shown(skewness)],
    ['Excess kurtosis', shown(excessKurtosis)],
    ['Zeros', count(zeroCount)],
    ['Below zero', count(negativeCount)],
    ['Far outside the quartiles', count(outlierCountByRange)],
  ];
  if (infiniteCount > 0) figures.push(['Infinite', count(infiniteCount)]);
  return figures;
}
