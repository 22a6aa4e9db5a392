import { and, eq, isNotNull, sql } from 'drizzle-orm';
import type { MessageOf } from '#contract/runner-messages.ts';
import type { Tx } from '#db.ts';
import { type ModelRunRow, modelRun } from './table.ts';

/** A run that has only just begun, whatever there was of it before. */
export const beginning = {
  ...{ status: 'RUNNING', partial: false, failure: null, finishedAt: null },
  ...{ parameters: {}, metrics: [], foldScores: [] },
  ...{ score: null, rankScore: null, scoreBasis: null, scoreInterval: null },
  ...{ baselineScore: null, bestTrial: null, tuning: null, portableModel: null, proof: null },
} satisfies Partial<ModelRunRow>;

/** What a finished run is told as; `nameOf`: names of the user by physical ones. */
export const figuresOf = (message: MessageOf<'runFinished'>, nameOf: ReadonlyMap<string, string>) =>
  ({
    status: 'SUCCEEDED',
    parameters: message.parameters,
    bestTrial: message.trial,
    score: message.score,
    scoreBasis: message.scoreBasis,
    scoreInterval: message.scoreInterval,
    metrics: message.metrics,
    foldScores: message.foldScores,
    baselineScore: message.baselineScore,
    fitSeconds: message.fitSeconds,
    predictMicrosPerRow: message.predictMicrosPerRow,
    modelBytes: message.modelBytes,
    confusionMatrix: message.confusionMatrix,
    curves: message.curves,
    featureImportance: message.featureImportance.map(({ feature, importance }) => ({
      feature: nameOf.get(feature) ?? feature,
      importance,
    })),
    members: message.members,
    proof: message.proof,
    portableModel: null,
    finishedAt: new Date(),
  }) satisfies Partial<ModelRunRow>;

/** The best one may be an ensemble of a lower score that cannot be told apart from the highest: it ranks first. */
export async function rankFirst(tx: Tx, experimentId: string, algorithm: string): Promise<void> {
  const others = sql`(select max(rank_score) from model_run where experiment_id = ${experimentId} and algorithm <> ${algorithm})`;
  await tx
    .update(modelRun)
    // above it by as little as a double can be
    .set({ rankScore: sql`greatest(rank_score, ${others} + greatest(abs(${others}) * 3e-16, 1e-300))` })
    .where(
      and(
        ...[eq(modelRun.experimentId, experimentId), eq(modelRun.algorithm, algorithm)],
        isNotNull(modelRun.rankScore),
      ),
    );
}
