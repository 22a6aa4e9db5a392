/** Closed sets that the database, the API and the runner spell alike. */
export const taskTypes = ['BINARY_CLASSIFICATION', 'MULTICLASS_CLASSIFICATION', 'REGRESSION'] as const;
export type TaskType = (typeof taskTypes)[number];

export const jobStatuses = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED'] as const;
export type JobStatus = (typeof jobStatuses)[number];

/** The wizard's five steps, in their order. */
export const experimentStages = ['DATA', 'ANALYSIS', 'PREPARATION', 'TRAINING', 'RESULTS'] as const;
export type ExperimentStage = (typeof experimentStages)[number];

export const tuningStrategies = ['NONE', 'GRID', 'RANDOM', 'TPE', 'HYPERBAND', 'AUTO'] as const;
export type TuningStrategy = (typeof tuningStrategies)[number];

export const preprocessingStrategies = ['MINIMAL', 'BALANCED', 'THOROUGH', 'CUSTOM'] as const;
export type PreprocessingStrategy = (typeof preprocessingStrategies)[number];

/** What the owner of a preprocessing says where its gates cannot. */
export const preprocessingDecisions = ['PENDING', 'ACCEPTED', 'REJECTED'] as const;
export type PreprocessingDecision = (typeof preprocessingDecisions)[number];

export const codeGenerators = ['AUTO', 'RULES', 'CLAUDE'] as const;
export type CodeGenerator = (typeof codeGenerators)[number];

/** How a score was obtained. */
export const scoreBases = ['OUT_OF_FOLD', 'CROSS_FITTED', 'HOLDOUT'] as const;
export type ScoreBasis = (typeof scoreBases)[number];
