import { builder } from '#builder.ts';
import { TaskTypeEnum } from '#enums.ts';
import type { NamedReport } from './named.ts';
import { NumericProfile, ValueCount } from './profile-graphql.ts';

type Target = NonNullable<NamedReport['target']>;

const Association = builder.objectRef<Target['associations'][number]>('FeatureAssociation').implement({
  description: 'How much a feature tells about the target.',
  fields: (t) => ({
    column: t.exposeString('column', { description: 'Name.' }),
    method: t.exposeString('method', { description: 'By the types of the two columns.' }),
    association: t.exposeFloat('association', { nullable: true, description: 'Strength, 0 to 1.' }),
    intervalLow: t.exposeFloat('intervalLow', {
      nullable: true,
      description:
        'Lower end of the 95 % interval of the association: Fisher’s z for ranks, delete-a-group jackknife for the others; null below 40 rows.',
    }),
    intervalHigh: t.exposeFloat('intervalHigh', { nullable: true, description: 'Upper end.' }),
    mutualInformationBits: t.exposeFloat('mutualInformationBits', {
      nullable: true,
      description: 'With the target, numbers in at most 10 bins of equal count, less the bias of chance.',
    }),
    leakage: t.exposeString('leakage', {
      description: 'NONE, SUSPECTED or LIKELY: it seems to know the answer.',
    }),
    leakageReason: t.exposeString('leakageReason', { nullable: true, description: 'Why.' }),
    leakageSigns: t.exposeStringList('leakageSigns', {
      description:
        'ASSOCIATION: it explains nearly all. TARGET_IN_NAME, LATER_EVENT_NAME: its name says so and it explains much. KEY_KNOWS_TARGET: a key should tell nothing.',
    }),
  }),
});
const TransformHint = builder.objectRef<NonNullable<Target['transformHint']>>('TransformHint').implement({
  description: 'The transform that makes a target most even-sided.',
  fields: (t) => ({
    transform: t.exposeString('transform', { description: 'NONE, LOG1P or SQUARE_ROOT.' }),
    skewnessBefore: t.exposeFloat('skewnessBefore', { nullable: true, description: 'As it is.' }),
    skewnessAfter: t.exposeFloat('skewnessAfter', { nullable: true, description: 'After the transform.' }),
    reason: t.exposeString('reason', { description: 'Why.' }),
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
    entropyBits: t.exposeFloat('entropyBits', {
      nullable: true,
      description: 'Shannon entropy of the classes.',
    }),
    rareClassCount: t.exposeInt('rareClassCount', {
      nullable: true,
      description: 'Classes with fewer than 5 rows.',
    }),
    transformHint: t.field({
      type: TransformHint,
      nullable: true,
      description: 'For regression.',
      resolve: (row) => row.transformHint,
    }),
    conflictingRows: t.exposeInt('conflictingRows', {
      description: 'Rows whose features stand elsewhere with another target.',
    }),
    developmentRows: t.exposeInt('developmentRows', {
      description:
        'Rows that planning may look at: all, or of more than 1,000 those that are not held out, about four in five.',
    }),
    sampleRows: t.exposeInt('sampleRows', {
      description: 'Rows that associations were computed on, never held-out ones.',
    }),
    isSampled: t.exposeBoolean('isSampled', {
      description: 'Whether those are the sample of `correlations` rather than the table.',
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

const IssueFix = builder.objectRef<NamedReport['issues'][number]['fixAction']>('IssueFix').implement({
  description: 'What can be done about an issue, for programs.',
  fields: (t) => ({
    kind: t.exposeString('kind', {
      description:
        'STEP: a step of the catalogue does it. EDIT_SOURCE, ADD_ROWS: in the file. CHOOSE_TARGET, CHOOSE_TASK, CHOOSE_METRIC: in the experiment. CHECK: somebody has to look. NONE: nothing.',
    }),
    step: t.exposeString('step', { nullable: true, description: 'Key of the step.' }),
    columns: t.exposeStringList('columns', { description: 'Names.' }),
    parameters: t.field({
      type: 'JSON',
      description: 'As the step takes them.',
      resolve: (row) => row.parameters,
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
    rule: t.exposeString('rule', { description: 'The limit that was crossed, in terms of the report.' }),
    sql: t.exposeString('sql', {
      nullable: true,
      description:
        'A query for the figure on a table `dataset` with the names of the columns, where one tells it.',
    }),
    fix: t.exposeString('fix', { description: 'What to do.' }),
    fixAction: t.field({
      type: IssueFix,
      description: 'The same for programs.',
      resolve: (row) => row.fixAction,
    }),
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
      priority: t.exposeInt('priority', {
        description: 'Place in the order in which the steps are applied, from 1.',
      }),
      action: t.field({ type: RecommendedAction, description: 'What.', resolve: (row) => row.action }),
      reason: t.exposeString('reason', { description: 'Why.' }),
      expectedEffect: t.exposeString('expectedEffect', { description: 'What it should bring.' }),
    }),
  });
