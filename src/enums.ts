import { builder } from './builder.ts';
import {
  codeGenerators,
  experimentStages,
  jobStatuses,
  preprocessingStrategies,
  scoreBases,
  taskTypes,
  tuningStrategies,
} from './contract/vocabulary.ts';

export const TaskTypeEnum = builder.enumType('TaskType', {
  values: taskTypes,
  description: 'What is predicted: one of two classes, one of several, a number.',
});
export const JobStatusEnum = builder.enumType('JobStatus', {
  values: jobStatuses,
  description: 'Where a job stands; the last three are final.',
});
export const ExperimentStageEnum = builder.enumType('ExperimentStage', {
  values: experimentStages,
  description: 'The five steps from a file to a model.',
});
export const TuningStrategyEnum = builder.enumType('TuningStrategy', {
  values: tuningStrategies,
  description: 'How trials after the first are chosen; AUTO leaves it to the runner.',
});
export const PreprocessingStrategyEnum = builder.enumType('PreprocessingStrategy', {
  values: preprocessingStrategies,
  description: 'How much the preprocessing does.',
});
export const CodeGeneratorEnum = builder.enumType('CodeGenerator', {
  values: codeGenerators,
  description: 'Who writes the preprocessing; AUTO: CLAUDE where a key is configured, else RULES.',
});
export const ScoreBasisEnum = builder.enumType('ScoreBasis', {
  values: scoreBases,
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
  .objectRef<{ fraction: number; message: string; etaSeconds?: number | null; bestScore?: number | null }>(
    'Progress',
  )
  .implement({
    description: 'How far a job has come.',
    fields: (t) => ({
      fraction: t.exposeFloat('fraction', { description: '0 to 1.' }),
      message: t.exposeString('message', { description: 'What is being done now.' }),
      etaSeconds: t.exposeFloat('etaSeconds', {
        nullable: true,
        description: 'Seconds to the end, when that can be told.',
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
