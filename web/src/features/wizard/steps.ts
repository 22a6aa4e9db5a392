import type { ExperimentStage, WizardExperimentFragment } from '../../gql/graphql.ts';

export const steps = [
  { path: 'data', stage: 'DATA', name: 'Data' },
  { path: 'understand', stage: 'ANALYSIS', name: 'Understand' },
  { path: 'prepare', stage: 'PREPARATION', name: 'Prepare' },
  { path: 'train', stage: 'TRAINING', name: 'Train' },
  { path: 'results', stage: 'RESULTS', name: 'Results' },
] as const satisfies { path: string; stage: ExperimentStage; name: string }[];

export type StepPath = (typeof steps)[number]['path'];

export const stepOf = (stage: ExperimentStage): StepPath =>
  steps.find((step) => step.stage === stage)?.path ?? 'data';

/** Why a step cannot be entered yet; null when it can. */
export function obstacle(path: StepPath, experiment: WizardExperimentFragment): string | null {
  const { dataset, target, analysis, status } = experiment;
  if (path === 'data') return null;
  if (dataset.status !== 'READY') return 'The file has not been read yet.';
  if (path === 'understand') return null;
  if (!target) return 'Choose what to predict first.';
  if (path === 'prepare') return analysis?.status === 'SUCCEEDED' ? null : 'The analysis is not done yet.';
  if (path === 'train') return null;
  return status === 'DRAFT' ? 'Nothing has been trained yet.' : null;
}
