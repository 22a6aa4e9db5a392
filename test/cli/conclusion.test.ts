import { describe, expect, test } from 'vitest';
import { jsonReport, type RankedRun, type RunReport } from '#cli/report.ts';
import { renderConclusion } from '#cli/view/conclusion.ts';
import { withoutColour } from '#cli/view/text.ts';
import { metrics } from './experiment-story.ts';

const untrained: RankedRun = {
  ...{ id: 'run3', rank: null, algorithm: 'naive_bayes', label: 'Naive Bayes', status: 'FAILED' },
  ...{
    score: null,
    scoreBasis: null,
    scoreInterval: null,
    foldScores: [],
    baselineScore: null,
    fitSeconds: null,
  },
  ...{
    predictMicrosPerRow: null,
    modelBytes: null,
    sandboxTier: null,
    parameters: {},
    metrics: [],
    members: [],
  },
  failure: { code: 'BUDGET_EXHAUSTED', message: 'The time was up after 2 folds.' },
  portableModel: null,
  artifacts: [],
};
const model = {
  ...{ name: 'ensemble.zip', byteSize: '564000', sha256: 'e583' },
  download: { url: 'http://127.0.0.1:4000/artifacts/x?signature=y', expiresAt: '2026-01-01T12:00:00.000Z' },
};
const best: RankedRun = {
  ...untrained,
  ...{ id: 'run1', rank: 1, algorithm: 'ensemble', label: 'Ensemble', status: 'SUCCEEDED', failure: null },
  ...{
    score: 0.0361,
    scoreBasis: 'CROSS_FITTED',
    scoreInterval: [0.0188, 0.0534],
    fitSeconds: 2,
    modelBytes: '564000',
  },
  members: [
    { algorithm: 'linear', weight: 0.7 },
    { algorithm: 'lightgbm', weight: 0.3 },
  ],
  artifacts: [model],
};
const linear: RankedRun = {
  ...untrained,
  ...{ id: 'run2', rank: 2, algorithm: 'linear', label: 'Linear model', status: 'SUCCEEDED', failure: null },
  ...{
    score: 0.0363,
    scoreBasis: 'OUT_OF_FOLD',
    scoreInterval: [0.0208, 0.0518],
    baselineScore: 0.04,
    fitSeconds: 0.8,
  },
};
const report: RunReport = {
  fileName: 'penguins.csv',
  experiment: {
    ...{ id: 'x', name: 'penguins: species', status: 'SUCCEEDED', target: 'species', failure: null },
    ...{ taskType: 'MULTICLASS_CLASSIFICATION', metric: 'log_loss' },
  },
  leaderboard: [best, linear, untrained],
  best,
  predictions: { path: 'out.csv', rows: 20, sha256: '1d17' },
  warnings: [{ source: 'dataset', code: 'DUPLICATE_HEADER', message: 'Two columns were called “a”.' }],
  server: 'http://127.0.0.1:4000',
  startedServer: null,
};
const told = (change: Partial<RunReport>) =>
  `\n${renderConclusion({ ...report, ...change }, metrics[0] ?? null, withoutColour)
    .join('\n')
    .replace(/valid until [\d:]+/, 'valid until HH:MM:SS')}\n`;

describe('the conclusion', () => {
  test('ranks, and tells how the score was obtained, where the model is, what was odd', () => {
    expect(told({})).toMatchInlineSnapshot(`
      "
      penguins.csv → species  multiclass classification, by Log loss (smaller is better)

      #  algorithm     Log loss  95 % interval    before tuning    fit
      1  Ensemble        0.0361  0.0188 – 0.0534                 2.0 s
      2  Linear model    0.0363  0.0208 – 0.0518         0.0400  0.8 s
      ✗  Naive Bayes   The time was up after 2 folds.

      Best   Ensemble (linear 70 %, lightgbm 30 %), Log loss 0.0361
      Score  cross-fitted: each row was predicted by models that had not seen it, and what was chosen on top (rounds, weights) was chosen on other rows
      Model  ensemble.zip, 564 KB, sha256 e583
             http://127.0.0.1:4000/artifacts/x?signature=y
             (the link is valid until HH:MM:SS)

      Predictions  out.csv, 20 rows, sha256 1d17

      Warnings
        dataset: Two columns were called “a”. [DUPLICATE_HEADER]
      "
    `);
  });

  test('tells where the model is when the server ends with the command', () => {
    const text = told({ startedServer: { dataDirectory: '/data' }, predictions: null, warnings: [] });
    expect(text).toContain('kept in /data as run1; `npm start` serves it');
    expect(text).not.toContain('http://');
  });

  test('says that a training was stopped early', () => {
    const text = told({ experiment: { ...report.experiment, status: 'CANCELED' } });
    expect(text.split('\n')[1]).toMatch(/; stopped early$/);
  });

  test('ranks nothing where nothing was trained', () => {
    expect(told({ leaderboard: [], best: null, warnings: [] })).toBe('\n\n');
  });

  test('is a document for programs', () => {
    expect(jsonReport({ ...report, leaderboard: [best] })).toMatchInlineSnapshot(`
      {
        "best": {
          "algorithm": "ensemble",
          "baselineScore": null,
          "failure": null,
          "fitSeconds": 2,
          "foldScores": [],
          "id": "run1",
          "label": "Ensemble",
          "members": [
            {
              "algorithm": "linear",
              "weight": 0.7,
            },
            {
              "algorithm": "lightgbm",
              "weight": 0.3,
            },
          ],
          "metrics": [],
          "model": {
            "byteSize": 564000,
            "expiresAt": "2026-01-01T12:00:00.000Z",
            "name": "ensemble.zip",
            "sha256": "e583",
            "url": "http://127.0.0.1:4000/artifacts/x?signature=y",
          },
          "modelBytes": 564000,
          "parameters": {},
          "portableModel": null,
          "predictMicrosPerRow": null,
          "rank": 1,
          "sandboxTier": null,
          "score": 0.0361,
          "scoreBasis": "CROSS_FITTED",
          "scoreInterval": [
            0.0188,
            0.0534,
          ],
          "status": "SUCCEEDED",
        },
        "experiment": {
          "failure": null,
          "id": "x",
          "metric": "log_loss",
          "name": "penguins: species",
          "status": "SUCCEEDED",
          "target": "species",
          "taskType": "MULTICLASS_CLASSIFICATION",
        },
        "leaderboard": [
          {
            "algorithm": "ensemble",
            "baselineScore": null,
            "failure": null,
            "fitSeconds": 2,
            "foldScores": [],
            "id": "run1",
            "label": "Ensemble",
            "members": [
              {
                "algorithm": "linear",
                "weight": 0.7,
              },
              {
                "algorithm": "lightgbm",
                "weight": 0.3,
              },
            ],
            "metrics": [],
            "model": {
              "byteSize": 564000,
              "expiresAt": "2026-01-01T12:00:00.000Z",
              "name": "ensemble.zip",
              "sha256": "e583",
              "url": "http://127.0.0.1:4000/artifacts/x?signature=y",
            },
            "modelBytes": 564000,
            "parameters": {},
            "portableModel": null,
            "predictMicrosPerRow": null,
            "rank": 1,
            "sandboxTier": null,
            "score": 0.0361,
            "scoreBasis": "CROSS_FITTED",
            "scoreInterval": [
              0.0188,
              0.0534,
            ],
            "status": "SUCCEEDED",
          },
        ],
        "predictions": {
          "path": "out.csv",
          "rows": 20,
          "sha256": "1d17",
        },
        "server": "http://127.0.0.1:4000",
        "warnings": [
          {
            "code": "DUPLICATE_HEADER",
            "message": "Two columns were called “a”.",
            "source": "dataset",
          },
        ],
      }
    `);
  });
});
