import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { chooseServer } from '#cli/choose-server.ts';
import { CliError, describeError, errorDocument } from '#cli/errors.ts';
import { type Interruption, watchInterruption } from '#cli/interruption.ts';
import { checkServer } from '#cli/remote/connection.ts';
import { runThrough } from '#cli/remote/run.ts';
import { findFile } from '#cli/remote/upload.ts';
import { jsonReport, type RunReport } from '#cli/report.ts';
import { parseRunOptions, type RunOptions } from '#cli/run-options.ts';
import { renderConclusion } from '#cli/view/conclusion.ts';
import { openReporter } from '#cli/view/reporter.ts';
import { plainText, withColour, withoutColour } from '#cli/view/text.ts';

/** `aliquot run`: progress on stderr, the result on stdout. */
export async function run(args: string[]): Promise<number> {
  const options = parseRunOptions(args);
  const interruption = watchInterruption();
  try {
    await checkFiles(options);
    const server = await chooseServer(options.server, interruption.signal);
    try {
      const { url } = server;
      const report = await follow(options, interruption, url);
      return conclude(
        { ...report, server: url, startedServer: server.startedServer },
        report.view.metric,
        options,
      );
    } finally {
      await server.close();
    }
  } catch (error) {
    // an aborted wait or request says so in its own words
    const reason = interruption.signal.aborted ? interruption.signal.reason : error;
    if (options.json) process.stdout.write(`${JSON.stringify({ error: errorDocument(reason) }, null, 2)}\n`);
    throw reason;
  } finally {
    interruption.release();
  }
}

/** What can be known to fail is refused before a server is started. */
async function checkFiles({ file, predict }: RunOptions): Promise<void> {
  await findFile(file);
  if (!predict) return;
  await findFile(predict.file);
  const notWritable = (error: NodeJS.ErrnoException) => {
    throw new CliError('FILE_NOT_WRITABLE', `${predict.out} cannot be written (${error.code}).`);
  };
  await access(dirname(predict.out), constants.W_OK).catch(notWritable);
  const present = await stat(predict.out).catch(() => null);
  if (present && !present.isFile()) throw new CliError('FILE_NOT_WRITABLE', `${predict.out} is not a file.`);
}

async function follow(options: RunOptions, interruption: Interruption, url: string) {
  const connection = { url, token: options.token, signal: interruption.signal };
  await checkServer(connection);
  const reporter = openReporter(process.stderr);
  try {
    return await runThrough(options, { connection, reporter, interruption });
  } finally {
    reporter.close();
  }
}

function conclude(
  report: RunReport,
  metric: Parameters<typeof renderConclusion>[1],
  options: RunOptions,
): number {
  const paint = process.stdout.isTTY && process.stdout.hasColors() ? withColour : withoutColour;
  const text = options.json
    ? JSON.stringify(jsonReport(report), null, 2)
    : renderConclusion(report, metric, paint).join('\n');
  if (text !== '') process.stdout.write(`${text}\n`);
  const { status, failure } = report.experiment;
  if (report.best && status !== 'FAILED') return 0;
  const { code, message } = failure ?? { code: 'NO_MODEL', message: 'No algorithm has a model.' };
  process.stderr.write(`${plainText(describeError(new CliError(code, message)))}\n`);
  return 1;
}
