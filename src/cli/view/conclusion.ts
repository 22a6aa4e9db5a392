import type { ScoreBasis } from '#cli/gql/graphql.ts';
import type { RankedRun, RunReport } from '#cli/report.ts';
import { formatBytes, formatCount, formatInterval, formatScore, formatSeconds } from '#cli/view/figures.ts';
import { describeTask } from '#cli/view/frame.ts';
import { alignColumns, oneLine, type Paint, plainText } from '#cli/view/text.ts';
import type { Metric } from '#cli/view/view.ts';

const bases: Record<ScoreBasis, string> = {
  OUT_OF_FOLD: 'out of fold: each row was predicted by a model that had not seen it',
  CROSS_FITTED:
    'cross-fitted: each row was predicted by models that had not seen it, and what was chosen on top (rounds, weights) was chosen on other rows',
  HOLDOUT: 'on a locked holdout: rows that took no part in training or choosing',
};

/** What stays on the screen: the ranking, the best model and where it is, predictions, warnings. */
export function renderConclusion(report: RunReport, metric: Metric | null, paint: Paint): string[] {
  const { experiment, leaderboard, best } = report;
  const task = describeTask({ taskType: experiment.taskType, metric });
  const title = `${oneLine(report.fileName)} → ${oneLine(experiment.target ?? '')}`;
  // a question that was never trained has nothing to be ranked
  if (leaderboard.length === 0) return warningLines(report, paint);
  return [
    `${paint('bold', title)}  ${paint('dim', [task, outcome(experiment.status)].filter(Boolean).join('; '))}`,
    '',
    ...rankingLines(leaderboard, metric, paint),
    ...(best ? bestLines(best, metric, report, paint) : []),
    ...predictionLines(report),
    ...warningLines(report, paint),
  ];
}

function outcome(status: string): string {
  if (status === 'CANCELED') return 'stopped early';
  return status === 'FAILED' ? 'failed' : '';
}

function rankingLines(runs: RankedRun[], metric: Metric | null, paint: Paint): string[] {
  const head = ['#', 'algorithm', metric?.label ?? 'score', '95 % interval', 'before tuning', 'fit'];
  const rows = runs.map(rankingRow);
  const lines = alignColumns([head, ...rows], [0, 2, 4, 5]);
  return [
    ...lines.map((line, index) =>
      index === 0 ? paint('dim', line) : index === 1 ? paint('bold', line) : line,
    ),
    '',
  ];
}

function rankingRow(run: RankedRun): string[] {
  const { rank, label, status, score, scoreInterval, baselineScore, fitSeconds, failure } = run;
  if (score === null || status === 'FAILED')
    return ['✗', oneLine(label), oneLine(failure?.message ?? 'no model')];
  return [
    rank === null ? '·' : String(rank),
    oneLine(label),
    formatScore(score),
    formatInterval(scoreInterval),
    baselineScore === null ? '' : formatScore(baselineScore),
    fitSeconds === null ? '' : formatSeconds(fitSeconds),
  ];
}

function bestLines(best: RankedRun, metric: Metric | null, report: RunReport, paint: Paint): string[] {
  const weights = new Map<string, number>();
  for (const { algorithm, weight } of best.members) {
    weights.set(algorithm, (weights.get(algorithm) ?? 0) + weight);
  }
  const members = [...weights]
    .map(([algorithm, weight]) => `${algorithm} ${Math.round(weight * 100)} %`)
    .join(', ');
  const score = best.score === null ? '' : `${metric?.label ?? 'score'} ${formatScore(best.score)}`;
  const lines = [`${paint('bold', 'Best')}   ${best.label}${members ? ` (${members})` : ''}, ${score}`];
  if (best.scoreBasis) lines.push(`Score  ${bases[best.scoreBasis]}`);
  const [model] = best.artifacts;
  if (!model) return lines;
  lines.push(`Model  ${model.name}, ${formatBytes(Number(model.byteSize))}, sha256 ${model.sha256}`);
  if (report.startedServer) {
    lines.push(`       kept in ${report.startedServer.dataDirectory} as ${best.id}; \`npm start\` serves it`);
  } else {
    const until = new Date(model.download.expiresAt).toLocaleTimeString('en-GB');
    lines.push(`       ${model.download.url}`, `       (the link is valid until ${until})`);
  }
  return [...lines, ...portableLines(best)];
}

function portableLines({ portableModel, artifacts }: RankedRun): string[] {
  if (!portableModel) return [];
  const { status, score, gap, reason } = portableModel;
  if (status === 'RUNNING') return ['ONNX   is being made; it will be among the files of the model'];
  const file = artifacts.find(({ name }) => name === 'portable.onnx');
  if (!file || score === null || gap === null) return [`ONNX   none: ${oneLine(reason ?? '')}`];
  const difference = `${formatScore(Math.abs(gap))} ${gap > 0 ? 'worse' : 'better'}`;
  return [
    `ONNX   ${file.name}, ${formatBytes(Number(file.byteSize))}, score ${formatScore(score)}, ${difference}`,
    `       ${file.download.url}`,
  ];
}

function predictionLines({ predictions }: RunReport): string[] {
  if (!predictions) return [];
  const rows = predictions.rows === null ? '' : `, ${formatCount(predictions.rows, 'row')}`;
  return ['', `Predictions  ${predictions.path}${rows}, sha256 ${predictions.sha256}`];
}

function warningLines({ warnings }: RunReport, paint: Paint): string[] {
  if (warnings.length === 0) return [];
  const lines = warnings.map(({ source, code, message }) => {
    const text = plainText(message).replaceAll('\n', '\n    ');
    return `  ${source}: ${text}${code ? ` ${paint('dim', `[${code}]`)}` : ''}`;
  });
  return ['', paint('yellow', 'Warnings'), ...lines];
}
