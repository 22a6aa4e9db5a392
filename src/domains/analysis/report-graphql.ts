import { builder } from '#builder.ts';
import { TaskTypeEnum } from '#enums.ts';
import type { NamedReport } from './named.ts';
import { NumericProfile, ValueCount } from './profile-graphql.ts';

type Target = NonNullable<NamedReport['target']>;

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
      mechanismReason: t.exposeString('mechanismReason', { description: 'The test behind it.' }),
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
export const CorrelationReport = builder
  .objectRef<NamedReport['correlations']>('CorrelationReport')
  .implement({
    description: 'Pairs of columns that go together.',
    fields: (t) => ({
      sampleRows: t.exposeInt('sampleRows', { description: 'Rows that were looked at.' }),
      columns: t.exposeStringList('columns', { description: 'Columns that took part.' }),
      omittedColumns: t.exposeInt('omittedColumns', {
        description: 'Columns left out to bound the number of pairs.',
      }),
      pairs: t.field({ type: [Correlation], description: 'Strongest first.', resolve: (row) => row.pairs }),
    }),
  });

const Association = builder.objectRef<Target['associations'][number]>('FeatureAssociation').implement({
  description: 'How much a feature tells about the target.',
  fields: (t) => ({
    column: t.exposeString('column', { description: 'Name.' }),
    method: t.exposeString('method', { description: 'By the types of the two columns.' }),
    association: t.exposeFloat('association', { nullable: true, description: 'Strength, 0 to 1.' }),
    mutualInformationBits: t.exposeFloat('mutualInformationBits', {
      nullable: true,
      description: 'With the target.',
    }),
    leakage: t.exposeString('leakage', {
      description: 'NONE, SUSPECTED or LIKELY: it seems to know the answer.',
    }),
    leakageReason: t.exposeString('leakageReason', { nullable: true, description: 'Why.' }),
  }),
});
export const TargetReport = builder.objectRef<Target>('TargetReport').implement({
  description: 'The column that is to be predicted.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Of the column.' }),
    taskType: t.field({
      type: TaskTypeEnum,
      nullable: true,
      description: 'Detected or given.',
      resolve: (row) => row.taskType,
    }),
    taskTypeReason: t.exposeString('taskTypeReason', { description: 'Why this task.' }),
    usableRows: t.exposeInt('usableRows', { description: 'Rows with a target.' }),
    missingRows: t.exposeInt('missingRows', { description: 'Rows without: they are left out of training.' }),
    classCount: t.exposeInt('classCount', { nullable: true, description: 'For classification.' }),
    balance: t.field({
      type: [ValueCount],
      description: 'Classes, largest first, at most 100.',
      resolve: (row) => row.balance,
    }),
    imbalanceRatio: t.exposeFloat('imbalanceRatio', {
      nullable: true,
      description: 'Largest class over smallest.',
    }),
    distribution: t.field({
      type: NumericProfile,
      nullable: true,
      description: 'For regression.',
      resolve: (row) => row.distribution,
    }),
    associations: t.field({
      type: [Association],
      description: 'Features, strongest first.',
      resolve: (row) => row.associations,
    }),
  }),
});

export const QualityIssue = builder.objectRef<NamedReport['issues'][number]>('QualityIssue').implement({
  description: 'Something about the data that a careful person would look at.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Stable, for programs.' }),
    severity: t.exposeString('severity', { description: 'INFO, WARNING or ERROR.' }),
    column: t.exposeString('column', { nullable: true, description: 'Name; null: the whole table.' }),
    affectedRows: t.exposeInt('affectedRows', { nullable: true, description: 'Where that can be counted.' }),
    message: t.exposeString('message', { description: 'What is wrong.' }),
    detection: t.exposeString('detection', { description: 'How it was found, with its figures.' }),
    fix: t.exposeString('fix', { description: 'What to do.' }),
  }),
});

const RecommendedAction = builder
  .objectRef<NamedReport['recommendations'][number]['action']>('RecommendedAction')
  .implement({
    description: 'A step of the catalogue.',
    fields: (t) => ({
      step: t.exposeString('step', { description: 'Key.' }),
      columns: t.exposeStringList('columns', { description: 'Names.' }),
      parameters: t.field({
        type: 'JSON',
        description: 'As the step takes them.',
        resolve: (row) => row.parameters,
      }),
    }),
  });
export const Recommendation = builder
  .objectRef<NamedReport['recommendations'][number]>('Recommendation')
  .implement({
    description: 'What to do with the data before training.',
    fields: (t) => ({
      priority: t.exposeInt('priority', { description: '1 is the most important.' }),
      action: t.field({ type: RecommendedAction, description: 'What.', resolve: (row) => row.action }),
      reason: t.exposeString('reason', { description: 'Why.' }),
      expectedEffect: t.exposeString('expectedEffect', { description: 'What it should bring.' }),
    }),
  });
