import { InterruptedError } from '#cli/errors.ts';
import type { ReadDatasetFragment } from '#cli/gql/graphql.ts';
import type { Interruption } from '#cli/interruption.ts';
import type { Connection } from '#cli/remote/connection.ts';
import { uploadDataset } from '#cli/remote/dataset.ts';
import { downloadFile } from '#cli/remote/download.ts';
import {
  cancelJob,
  type ExperimentResult,
  followExperiment,
  readMetrics,
  readResult,
  startExperiment,
} from '#cli/remote/experiment.ts';
import { predictDataset } from '#cli/remote/prediction.ts';
import type { LocalFile } from '#cli/remote/send-file.ts';
import { findFile } from '#cli/remote/upload.ts';
import type { RankedRun, RunReport } from '#cli/report.ts';
import type { RunOptions } from '#cli/run-options.ts';
import { formatBytes, formatCount } from '#cli/view/figures.ts';
import { reduce, withProgress, withStage, withWarning } from '#cli/view/reduce.ts';
import type { Reporter } from '#cli/view/reporter.ts';
import { oneLine } from '#cli/view/text.ts';
import { emptyView, type View } from '#cli/view/view.ts';

export interface RunPorts {
  connection: Connection;
  reporter: Reporter;
  interruption: Interruption;
}

export type RunOutcome = Omit<RunReport, 'server' | 'startedServer'> & { view: View };

/** From a file to a ranking, and to predictions where they are asked for. */
export async function runThrough(options: RunOptions, ports: RunPorts): Promise<RunOutcome> {
  const { connection } = ports;
  const file = await findFile(options.file);
  const test = options.predict && { ...options.predict, ...(await findFile(options.predict.file)) };
  let view = emptyView(file.name, options.target, await readMetrics(connection));
  view = withStage(view, 'DATA', 'running');
  const table = await upload(file, view, ports);
  view = withDatasetWarnings(view, table, 'dataset');
  // before the training, so that a file that cannot be read costs no budget
  const testTable = test && (await upload(test, view, ports));
  if (testTable) view = withDatasetWarnings(view, testTable, 'prediction');
  const id = await startExperiment(connection, table.id, options);
  view = await train(id, view, ports);
  const result = await readResult(connection, id);
  const best = bestOf(result);
  let predictions: RunReport['predictions'] = null;
  if (test && testTable && best && result.status !== 'FAILED') {
    view = withStage(view, 'RESULTS', 'running');
    predictions = await predict(best, testTable, test.out, view, ports);
  }
  const { leaderboard, ...experiment } = result;
  return {
    fileName: file.name,
    experiment,
    leaderboard: leaderboard.nodes,
    best,
    predictions,
    warnings: view.warnings,
    view,
  };
}

const bestOf = ({ bestRun, leaderboard }: ExperimentResult): RankedRun | null =>
  leaderboard.nodes.find(({ id }) => id === bestRun?.id) ?? null;

async function upload(
  file: LocalFile,
  view: View,
  { connection, reporter }: RunPorts,
): Promise<ReadDatasetFragment> {
  reporter.show(view);
  const table = await uploadDataset(connection, file, (progress) =>
    reporter.show(withProgress(view, progress, Date.now())),
  );
  const size = `${formatCount(table.rowCount ?? 0, 'row')}, ${formatCount(table.columns?.length ?? 0, 'column')}`;
  reporter.say(`${oneLine(file.name)}: ${formatBytes(file.byteSize)}, ${size}`);
  return table;
}

function withDatasetWarnings(view: View, table: ReadDatasetFragment, source: 'dataset' | 'prediction'): View {
  return table.warnings.reduce((seen, { code, message, count }) => {
    const times = count === null || count === 1 ? '' : ` (${count} times)`;
    return withWarning(seen, { source, code, message: `${message}${times}` });
  }, view);
}

/** Follows the experiment to its end; the first Ctrl-C stops it and keeps what there is. */
async function train(
  id: string,
  started: View,
  { connection, reporter, interruption }: RunPorts,
): Promise<View> {
  let view = started;
  let canceling: Promise<void> | null = null;
  const cancel = () => {
    reporter.say('Stopping the training, keeping the best so far. Ctrl-C again to leave at once.');
    canceling = cancelJob(connection, id).catch((error: Error) => reporter.say(error.message));
  };
  await interruption.soften(cancel, async () => {
    const onInterrupted = (reason: string) => reporter.say(`${reason} Connecting again…`);
    for await (const event of followExperiment(connection, id, onInterrupted)) {
      view = reduce(view, event);
      reporter.happened(event, view);
    }
  });
  await canceling;
  if (canceling && view.runs.every(({ score }) => score === null)) throw new InterruptedError();
  return view;
}

async function predict(
  best: RankedRun,
  table: ReadDatasetFragment,
  out: string,
  view: View,
  { connection, reporter }: RunPorts,
) {
  reporter.show(withProgress(view, { fraction: 0, message: 'predicting' }, Date.now()));
  const file = await predictDataset(connection, best.id, table.id, (progress) =>
    reporter.show(withProgress(view, progress, Date.now())),
  );
  await downloadFile(connection, file, out);
  return { path: out, rows: table.rowCount, sha256: file.sha256 };
}
