import { builder } from '#builder.ts';
import type { NamedReport } from './named.ts';

const QualityPart = builder
  .objectRef<NamedReport['overview']['qualityParts'][number]>('QualityPart')
  .implement({
    description: 'One part of the quality score.',
    fields: (t) => ({
      name: t.exposeString('name', { description: 'What it looks at.' }),
      score: t.exposeFloat('score', { description: '0 to 100.' }),
      weight: t.exposeFloat('weight', { description: 'Weights add up to 1.' }),
      reason: t.exposeString('reason', { description: 'The figures behind it.' }),
    }),
  });

export const AnalysisOverview = builder.objectRef<NamedReport['overview']>('AnalysisOverview').implement({
  description: 'The table as a whole.',
  fields: (t) => ({
    rowCount: t.exposeInt('rowCount', { description: 'Rows.' }),
    columnCount: t.exposeInt('columnCount', { description: 'Columns, the target among them.' }),
    memoryBytes: t.expose('memoryBytes', { type: 'BigInt', description: 'Estimated size in memory.' }),
    duplicateRows: t.exposeInt('duplicateRows', { description: 'Rows equal to an earlier one.' }),
    missingCells: t.expose('missingCells', { type: 'BigInt', description: 'Cells without a value.' }),
    missingFraction: t.exposeFloat('missingFraction', { description: 'Of all cells, 0 to 1.' }),
    qualityScore: t.exposeFloat('qualityScore', { description: '0 to 100, weighted mean of the parts.' }),
    qualityParts: t.field({
      type: [QualityPart],
      description: 'What the score is made of.',
      resolve: (row) => row.qualityParts,
    }),
  }),
});

const MissingColumn = builder
  .objectRef<NamedReport['missingness']['columns'][number]>('MissingColumn')
  .implement({
    description: 'How much of a column is missing.',
    fields: (t) => ({
      column: t.exposeString('column', { description: 'Name.' }),
      missingCount: t.exposeInt('missingCount', { description: 'Rows.' }),
      missingFraction: t.exposeFloat('missingFraction', { description: '0 to 1.' }),
    }),
  });
const MissingPair = builder.objectRef<NamedReport['missingness']['pairs'][number]>('MissingPair').implement({
  description: 'Two columns that are missing together.',
  fields: (t) => ({
    first: t.exposeString('first', { description: 'Name.' }),
    second: t.exposeString('second', { description: 'Name.' }),
    bothMissing: t.exposeInt('bothMissing', { description: 'Rows that miss both.' }),
    correlation: t.exposeFloat('correlation', {
      nullable: true,
      description: 'Phi coefficient of the two gaps, -1 to 1.',
    }),
  }),
});
const MissingPattern = builder
  .objectRef<NamedReport['missingness']['patterns'][number]>('MissingPattern')
  .implement({
    description: 'Columns that are missing in the same row.',
    fields: (t) => ({
      columns: t.exposeStringList('columns', { description: 'Names; none: a complete row.' }),
      rowCount: t.exposeInt('rowCount', { description: 'Rows.' }),
      fraction: t.exposeFloat('fraction', { description: 'Of all rows, 0 to 1.' }),
    }),
  });
const MechanismTest = builder
  .objectRef<NonNullable<NamedReport['missingness']['mechanismTest']>>('MechanismTest')
  .implement({
    description: 'A G-test of a gap flag against the values of another column, numbers in at most 10 bins.',
    fields: (t) => ({
      column: t.exposeString('column', { description: 'The column with gaps.' }),
      other: t.exposeString('other', { description: 'The column that they depend on.' }),
      statistic: t.exposeFloat('statistic', { description: 'G.' }),
      degreesOfFreedom: t.exposeInt('degreesOfFreedom', { description: 'Of the table.' }),
      pValue: t.exposeFloat('pValue', { description: 'Of one test; the limit is 0.01 / comparisons.' }),
      explainedFraction: t.exposeFloat('explainedFraction', {
        description: "Share of the gap flag's entropy, less what chance gives.",
      }),
      comparisons: t.exposeInt('comparisons', { description: 'Tests that were made.' }),
    }),
  });
export const MissingnessReport = builder
  .objectRef<NamedReport['missingness']>('MissingnessReport')
  .implement({
    description: 'Where values are missing, and how the gaps hang together.',
    fields: (t) => ({
      columns: t.field({
        type: [MissingColumn],
        description: 'Every column.',
        resolve: (row) => row.columns,
      }),
      pairs: t.field({
        type: [MissingPair],
        description: 'At most 100, most frequent first.',
        resolve: (row) => row.pairs,
      }),
      matrixColumns: t.exposeStringList('matrixColumns', {
        description: 'Rows and columns of the matrix, at most 30.',
      }),
      matrix: t.field({
        type: 'JSON',
        description: 'Co-missing counts, row by row.',
        resolve: (row) => row.matrix,
      }),
      patterns: t.field({
        type: [MissingPattern],
        description: 'At most 20, most frequent first.',
        resolve: (row) => row.patterns,
      }),
      completeRows: t.exposeInt('completeRows', { description: 'Rows without a gap.' }),
      mechanism: t.exposeString('mechanism', {
        description: 'NONE, MCAR_LIKELY, MAR_LIKELY or UNKNOWN: a hint, not a proof.',
      }),
      mechanismReason: t.exposeString('mechanismReason', { description: 'The test behind it, in words.' }),
      mechanismTest: t.field({
        type: MechanismTest,
        nullable: true,
        description: 'The strongest test, when gaps depend on another column.',
        resolve: (row) => row.mechanismTest,
      }),
      mechanismSampleRows: t.exposeInt('mechanismSampleRows', {
        description: 'Rows that the tests looked at: the sample of `correlations`.',
      }),
    }),
  });

const Correlation = builder.objectRef<NamedReport['correlations']['pairs'][number]>('Correlation').implement({
  description: 'How two columns go together.',
  fields: (t) => ({
    first: t.exposeString('first', { description: 'Name.' }),
    second: t.exposeString('second', { description: 'Name.' }),
    method: t.exposeString('method', {
      description:
        'PEARSON, SPEARMAN, CRAMERS_V (bias-corrected), CORRELATION_RATIO or MUTUAL_INFORMATION (bits).',
    }),
    value: t.exposeFloat('value', { description: 'In the unit of the method.' }),
    rows: t.exposeInt('rows', { description: 'Rows where both have a value.' }),
  }),
});
const NearDuplicate = builder
  .objectRef<NamedReport['correlations']['nearDuplicates'][number]>('NearDuplicate')
  .implement({
    description: 'Two columns that say the same.',
    fields: (t) => ({
      first: t.exposeString('first', { description: 'Name.' }),
      second: t.exposeString('second', { description: 'Name.' }),
      kind: t.exposeString('kind', {
        description:
          'LINEAR: the same number on another scale. MONOTONE: the same order. RENAMED: the same categories under other names.',
      }),
      strength: t.exposeFloat('strength', {
        description: '|Pearson|, |Spearman| or share of the entropy, from 0.999 on.',
      }),
      rows: t.exposeInt('rows', { description: 'Rows where both have a value.' }),
    }),
  });
export const CorrelationReport = builder
  .objectRef<NamedReport['correlations']>('CorrelationReport')
  .implement({
    description: 'Pairs of columns that go together.',
    fields: (t) => ({
      sampleRows: t.exposeInt('sampleRows', { description: 'Rows that were looked at.' }),
      isSampled: t.exposeBoolean('isSampled', { description: 'Whether those are fewer than the table has.' }),
      samplingRule: t.exposeString('samplingRule', {
        description: 'Which rows they are: the same at every run.',
      }),
      columns: t.exposeStringList('columns', { description: 'Columns that took part.' }),
      omittedColumns: t.exposeInt('omittedColumns', {
        description: 'Columns left out to bound the number of pairs.',
      }),
      pairs: t.field({ type: [Correlation], description: 'Strongest first.', resolve: (row) => row.pairs }),
      nearDuplicates: t.field({
        type: [NearDuplicate],
        description: 'Pairs that say the same, at most 50.',
        resolve: (row) => row.nearDuplicates,
      }),
    }),
  });

const TimeOrder = builder
  .objectRef<NonNullable<NamedReport['structure']['timeOrder']>>('TimeOrder')
  .implement({
    description: 'The file is sorted in time.',
    fields: (t) => ({
      column: t.exposeString('column', { description: 'By this column.' }),
      order: t.exposeString('order', { description: 'increasing, decreasing, or strictly so.' }),
      reason: t.exposeString('reason', { description: 'What was seen, and what follows.' }),
    }),
  });
const GroupHint = builder.objectRef<NamedReport['structure']['groups'][number]>('GroupHint').implement({
  description: 'A column whose values seem to name things that have several rows each.',
  fields: (t) => ({
    column: t.exposeString('column', { description: 'Name.' }),
    groupCount: t.exposeInt('groupCount', { description: 'Distinct values.' }),
    meanRows: t.exposeFloat('meanRows', { description: 'Rows a value on average.' }),
    largestRows: t.exposeInt('largestRows', { description: 'Rows of the most frequent one.' }),
    constantWithin: t.exposeStringList('constantWithin', {
      description: 'Columns that do not change within at least 95 % of the groups.',
    }),
    reason: t.exposeString('reason', { description: 'What was seen, and what follows.' }),
  }),
});
export const StructureReport = builder.objectRef<NamedReport['structure']>('StructureReport').implement({
  description: 'What decides how rows may be split for judging a model.',
  fields: (t) => ({
    timeOrder: t.field({
      type: TimeOrder,
      nullable: true,
      description: 'When the file is sorted by a date.',
      resolve: (row) => row.timeOrder,
    }),
    groups: t.field({ type: [GroupHint], description: 'At most 3.', resolve: (row) => row.groups }),
  }),
});
