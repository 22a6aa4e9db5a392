import type { ExperimentResult } from '#cli/remote/experiment.ts';
import type { Warning } from '#cli/view/view.ts';

export type RankedRun = ExperimentResult['leaderboard']['nodes'][number];

/** What a run has come to. */
export interface RunReport {
  fileName: string;
  experiment: Pick<ExperimentResult, 'id' | 'name' | 'status' | 'target' | 'taskType' | 'metric' | 'failure'>;
  leaderboard: RankedRun[];
  best: RankedRun | null;
  predictions: { path: string; rows: number | null; sha256: string } | null;
  warnings: readonly Warning[];
  server: string;
  /** Set when the server was started for this run and is gone afterwards. */
  startedServer: { dataDirectory: string } | null;
}

/** The document of `--json`. */
export function jsonReport(report: RunReport): object {
  const { experiment, leaderboard, best, predictions, warnings, server } = report;
  const { id, name, status, target, taskType, metric, failure } = experiment;
  return {
    experiment: { id, name, status, target, taskType, metric, failure },
    leaderboard: leaderboard.map(runDocument),
    best: best && runDocument(best),
    predictions,
    warnings,
    server,
  };
}

function runDocument({ artifacts, ...run }: RankedRun): object {
  const [model] = artifacts;
  return {
    ...run,
    modelBytes: run.modelBytes === null ? null : Number(run.modelBytes),
    model: model && {
      name: model.name,
      byteSize: Number(model.byteSize),
      sha256: model.sha256,
      url: model.download.url,
      expiresAt: model.download.expiresAt,
    },
  };
}
