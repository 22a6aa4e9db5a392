import { builder } from './builder.ts';
import type {
  CodeGenerator,
  ExperimentStage,
  JobStatus,
  PreprocessingStrategy,
  ScoreBasis,
  TaskType,
  TuningStrategy,
} from './contract/vocabulary.ts';

/** The values of an enum, each with its meaning. */
export function described<Value extends string>(meanings: Record<Value, string>) {
  const entries = Object.entries<string>(meanings).map(([value, description]) => [
    value,
    { value, description },
  ]);
  return Object.fromEntries(entries) as { [Name in Value]: { value: Name; description: string } };
}

export const TaskTypeEnum = builder.enumType('TaskType', {
  values: described<TaskType>({
    BINARY_CLASSIFICATION: 'One of two classes.',
    MULTICLASS_CLASSIFICATION: 'One of three classes or more.',
    REGRESSION: 'A number.',
  }),
  description: 'What is predicted: one of two classes, one of several, a number.',
});
export const JobStatusEnum = builder.enumType('JobStatus', {
  values: described<JobStatus>({
    QUEUED: 'It waits for a worker.',
    RUNNING: 'A worker has it.',
    SUCCEEDED: 'It has its result.',
    FAILED: 'It has none; `failure` tells why.',
    CANCELED: 'Its owner stopped it.',
  }),
  description: 'Where a job stands; the last three are final.',
});
export const ExperimentStageEnum = builder.enumType('ExperimentStage', {
  values: described<ExperimentStage>({
    DATA: 'The file is read.',
    ANALYSIS: 'The table is measured.',
    PREPARATION: 'The preprocessing is written.',
    TRAINING: 'Models are trained.',
    RESULTS: 'Models can be compared and used.',
  }),
  description: 'The five steps from a file to a model.',
});
export const TuningStrategyEnum = builder.enumType('TuningStrategy', {
  values: described<TuningStrategy>({
    NONE: 'No further trials.',
    GRID: 'Every combination of a grid.',
    RANDOM: 'Drawn from the search space.',
    TPE: 'Drawn where earlier trials did well.',
    HYPERBAND: 'Many cheap trials, the best of them at full cost.',
    AUTO: 'As the runner sees fit for the data and the budget.',
  }),
  description: 'How trials after the first are chosen; AUTO leaves it to the runner.',
});
export const PreprocessingStrategyEnum = builder.enumType('PreprocessingStrategy', {
  values: described<PreprocessingStrategy>({
    MINIMAL: 'What the algorithms cannot do without.',
    BALANCED: 'What the analysis calls for and does no harm: no steps where nothing is needed.',
    THOROUGH: 'Everything that may help.',
    CUSTOM: 'As the instructions say.',
  }),
  description: 'How much the preprocessing does.',
});
export const CodeGeneratorEnum = builder.enumType('CodeGenerator', {
  values: described<CodeGenerator>({
    AUTO: 'CLAUDE where a key is configured, else RULES.',
    RULES: 'A rule engine on the findings of the analysis.',
    CLAUDE: 'A language model, on top of the rules.',
  }),
  description: 'Who writes the preprocessing; AUTO: CLAUDE where a key is configured, else RULES.',
});
export const ScoreBasisEnum = builder.enumType('ScoreBasis', {
  values: described<ScoreBasis>({
    OUT_OF_FOLD: 'Rows that the model did not see in its fold.',
    CROSS_FITTED: 'The same, with everything on top chosen on other folds.',
    HOLDOUT: 'Rows that were locked away.',
  }),
  description:
    'Which rows a score was computed on: rows that the model did not see in its fold, the same with everything on top chosen on other folds, or a locked holdout.',
});

export const Failure = builder.objectRef<{ code: string; message: string }>('Failure').implement({
  description: 'Why a job that had been accepted did not succeed.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Stable, upper case, for programs.' }),
    message: t.exposeString('message', { description: 'What is wrong, where, and what to do; for people.' }),
  }),
});

export const Progress = builder
  .objectRef<{
    fraction: number;
    message: string;
    etaSeconds?: number | null;
    etaLowSeconds?: number | undefined;
    etaHighSeconds?: number | undefined;
    bestScore?: number | null;
  }>('Progress')
  .implement({
    description: 'How far a job has come.',
    fields: (t) => ({
      fraction: t.exposeFloat('fraction', { description: '0 to 1.' }),
      message: t.exposeString('message', { description: 'What is being done now.' }),
      etaSeconds: t.exposeFloat('etaSeconds', {
        nullable: true,
        description: 'Seconds to the end, when that can be told.',
      }),
      etaLowSeconds: t.exposeFloat('etaLowSeconds', {
        nullable: true,
        description: 'The end is not expected before so many seconds; trainings tell it.',
      }),
      etaHighSeconds: t.exposeFloat('etaHighSeconds', {
        nullable: true,
        description: 'The end is expected within so many seconds; trainings tell it.',
      }),
      bestScore: t.exposeFloat('bestScore', {
        nullable: true,
        description: 'Best score so far, in the unit of the metric.',
      }),
    }),
  });

export const SignedUrl = builder.objectRef<{ url: string; expiresAt: Date }>('SignedUrl').implement({
  description: 'A link that carries its own permission.',
  fields: (t) => ({
    url: t.expose('url', { type: 'URL', description: 'Absolute address.' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', description: 'From then on the link is refused.' }),
  }),
});
