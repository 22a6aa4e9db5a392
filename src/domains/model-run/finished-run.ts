import type { MessageOf } from '#contract/runner-messages.ts';
import type { ModelRunRow } from './table.ts';

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
