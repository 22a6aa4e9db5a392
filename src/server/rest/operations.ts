import type { z } from 'zod';
import type { Services } from '#app.ts';
import { signedIn, type Viewer } from '#domains/account/authorise.ts';
import type { PreprocessingRow } from '#domains/preprocessing/table.ts';
import { encodeId } from '#ids.ts';
import type {
  AnalysisAccepted,
  AnalyzeDataset,
  ExperimentState,
  GeneratePreprocessing,
  PreprocessingAccepted,
} from './schemas.ts';

/** What the routes do: the services of GraphQL, put together for one call each. */

const linksOf = (experimentId: string) => ({ self: `/api/experiments/${experimentId}`, graphql: '/graphql' });

/** A new experiment with its analysis; a repeat with the same key gives both again. */
export async function analyzeDataset(
  { experiments, analyses }: Services,
  viewer: Viewer | null,
  input: z.output<typeof AnalyzeDataset>,
): Promise<z.input<typeof AnalysisAccepted>> {
  const experimentId = encodeId('Experiment', await experiments.create(viewer, input));
  const analysisId = encodeId('Analysis', await analyses.analyze(viewer, { ...input, experimentId }));
  const { status } = await analyses.find(viewer, analysisId);
  return { experimentId, analysisId, status, links: linksOf(experimentId) };
}

export async function generatePreprocessing(
  { experiments, analyses, preprocessings }: Services,
  viewer: Viewer | null,
  input: z.output<typeof GeneratePreprocessing>,
): Promise<z.input<typeof PreprocessingAccepted>> {
  const rowId = await preprocessings.generate(viewer, input);
  const preprocessingId = encodeId('Preprocessing', rowId);
  const { status, generator, strategy, revision } = await preprocessings.find(viewer, preprocessingId);
  const experimentId =
    input.experimentId ??
    encodeId(
      'Experiment',
      await experiments.keepPreprocessing(
        signedIn(viewer),
        await analyses.find(viewer, input.analysisId),
        rowId,
      ),
    );
  return {
    ...{ experimentId, preprocessingId, status, generator, strategy, revision },
    links: linksOf(experimentId),
  };
}

export async function readExperiment(
  { experiments, analyses, preprocessings }: Services,
  viewer: Viewer | null,
  globalId: string,
): Promise<z.input<typeof ExperimentState>> {
  const row = await experiments.find(viewer, globalId);
  const experimentId = encodeId('Experiment', row.id);
  const analysisId = row.analysisId && encodeId('Analysis', row.analysisId);
  const preprocessingId = row.preprocessingId && encodeId('Preprocessing', row.preprocessingId);
  const analysis = analysisId ? await analyses.find(viewer, analysisId) : null;
  const preprocessing = preprocessingId ? await preprocessings.find(viewer, preprocessingId) : null;
  return {
    experimentId,
    name: row.name,
    datasetId: encodeId('Dataset', row.datasetId),
    target: row.target,
    taskType: row.taskType ?? analysis?.taskType ?? null,
    stage: row.stage,
    status: row.status,
    analysis:
      analysis && analysisId ? { analysisId, status: analysis.status, failure: analysis.failure } : null,
    preprocessing: preprocessing && preprocessingId ? stateOf(preprocessingId, preprocessing) : null,
    failure: row.failure,
    createdAt: row.createdAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
    links: linksOf(experimentId),
  };
}

function stateOf(preprocessingId: string, row: PreprocessingRow) {
  const { status, failure, generator, strategy, revision, accepted, decision, fallback } = row;
  return {
    ...{ preprocessingId, status, failure, generator, strategy, revision, decision, fallback },
    acceptedRevision: accepted?.revision ?? null,
  };
}
