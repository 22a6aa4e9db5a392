import { z } from 'zod';
import {
  codeGenerators,
  experimentStages,
  jobStatuses,
  preprocessingDecisions,
  preprocessingStrategies,
  taskTypes,
} from '#contract/vocabulary.ts';

/** What goes in and out over REST: requests are checked by these and `/api/openapi.json` is printed from them. */

const text = () =>
  z.string().refine((value) => !value.includes('\0') && value.isWellFormed(), {
    message: 'Leave out NUL characters and halves of surrogate pairs.',
    params: { code: 'TEXT_INVALID' },
  });
const id = (of: string) => text().describe(`Global id of ${of}, the same as in GraphQL.`);
const key = text().optional().describe('Repeats within 24 hours give the first result.');

export const AnalyzeDataset = z
  .strictObject({
    datasetId: id('a dataset'),
    target: text().optional().describe('Name of the column to be predicted.'),
    taskType: z.enum(taskTypes).optional().describe('Default: detected from the target.'),
    idempotencyKey: key,
  })
  .describe('Which table to measure, and for what.');

export const GeneratePreprocessing = z
  .strictObject({
    analysisId: id('an analysis that has SUCCEEDED, with a target'),
    generator: z.enum(codeGenerators).default('AUTO').describe('Who writes.'),
    strategy: z.enum(preprocessingStrategies).default('BALANCED').describe('How much to do.'),
    instructions: text().optional().describe('Wishes in words, for CLAUDE.'),
    experimentId: id(
      'an experiment that gets the result; default: that of the analysis, or a new one',
    ).optional(),
    idempotencyKey: key,
  })
  .describe('Which analysis to write for, and how.');

const Links = z
  .object({
    self: z.string().describe('Where the experiment can be read.'),
    graphql: z.string().describe('Where everything else can be asked for, events among it.'),
  })
  .describe('Paths below the address of the server.');

export const AnalysisAccepted = z
  .object({
    experimentId: z.string().describe('Of the experiment that was made for it.'),
    analysisId: z.string().describe('Of the analysis.'),
    status: z.enum(jobStatuses).describe('Of the analysis.'),
    links: Links,
  })
  .describe('The job has been taken.');

export const PreprocessingAccepted = z
  .object({
    experimentId: z.string().describe('Of the experiment that it belongs to.'),
    preprocessingId: z.string().describe('Of the preprocessing.'),
    status: z.enum(jobStatuses).describe('Of the preprocessing.'),
    generator: z.enum(codeGenerators).describe('Who writes.'),
    strategy: z.enum(preprocessingStrategies).describe('How much it does.'),
    revision: z.int().describe('Counts the plans.'),
    links: Links,
  })
  .describe('The job has been taken.');

const Failure = z.object({ code: z.string(), message: z.string() }).nullable();

export const ExperimentState = z
  .object({
    experimentId: z.string().describe('Global id.'),
    name: z.string().describe('For people.'),
    datasetId: z.string().describe('Of the table.'),
    target: z.string().nullable().describe('Name of the column to be predicted.'),
    taskType: z.enum(taskTypes).nullable().describe('Detected or given.'),
    stage: z.enum(experimentStages).describe('Which of the five steps it is at.'),
    status: z.enum(['DRAFT', ...jobStatuses]).describe('Of the training; DRAFT before it.'),
    analysis: z
      .object({ analysisId: z.string(), status: z.enum(jobStatuses), failure: Failure })
      .nullable()
      .describe('The one that it relies on.'),
    preprocessing: z
      .object({
        ...{ preprocessingId: z.string(), status: z.enum(jobStatuses), failure: Failure },
        generator: z.enum(codeGenerators).describe('Who really wrote it.'),
        strategy: z.enum(preprocessingStrategies).describe('How much it does.'),
        revision: z.int().describe('Counts the plans.'),
        acceptedRevision: z.int().nullable().describe('The one that training takes.'),
        decision: z
          .enum(preprocessingDecisions)
          .nullable()
          .describe('PENDING: its owner has to decide, by `decidePreprocessing` of GraphQL.'),
        fallback: Failure.describe('Why the rules wrote it although CLAUDE was asked.'),
      })
      .nullable()
      .describe('The one that it applies.'),
    failure: Failure.describe('Why it FAILED.'),
    createdAt: z.iso.datetime().describe('When it was made.'),
    finishedAt: z.iso.datetime().nullable().describe('When it ended.'),
    links: Links,
  })
  .describe('An experiment as it is now.');

export const Problem = z
  .object({
    status: z.int().describe('The HTTP status.'),
    title: z.string().describe('The message once more, as RFC 9457 has it.'),
    code: z.string().describe('Stable, upper case; the same as in GraphQL.'),
    message: z.string().describe('What is wrong, where, and what to do.'),
    path: z.array(z.string()).nullable().describe('The faulty part of the body.'),
    retryable: z.boolean().describe('Whether the same call may succeed later.'),
    requestId: z.string().describe('To ask about; what was not expected is in the log of the server.'),
  })
  .describe('Why it was not done (RFC 9457).');
