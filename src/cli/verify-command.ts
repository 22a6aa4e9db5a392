import { parseArgs } from 'node:util';
import { chooseServer } from '#cli/choose-server.ts';
import { errorDocument, UsageError } from '#cli/errors.ts';
import { watchInterruption } from '#cli/interruption.ts';
import { checkServer } from '#cli/remote/connection.ts';
import { type VerifiedRun, verifyRun } from '#cli/remote/verification.ts';
import { serverOf } from '#cli/run-options.ts';
import { formatScore } from '#cli/view/figures.ts';
import { openProgressLine } from '#cli/view/progress-line.ts';
import { oneLine } from '#cli/view/text.ts';

interface VerifyOptions {
  run: string;
  json: boolean;
  server: string | null;
  token: string | null;
}

const flags = {
  json: { type: 'boolean' },
  server: { type: 'string' },
  token: { type: 'string' },
} as const;

/** `aliquot verify`: progress on stderr, the answer on stdout; 0 only where the run is proved. */
export async function verify(args: string[]): Promise<number> {
  const options = parseVerifyOptions(args);
  const { signal, release } = watchInterruption();
  try {
    const server = await chooseServer(options.server, signal);
    try {
      const run = await follow(options, server.url, signal);
      process.stdout.write(options.json ? jsonOf(run, server.url) : textOf(run));
      return run.verification.proved ? 0 : 1;
    } finally {
      await server.close();
    }
  } catch (error) {
    // an aborted wait or request says so in its own words
    const reason = signal.aborted ? signal.reason : error;
    if (options.json) process.stdout.write(`${JSON.stringify({ error: errorDocument(reason) }, null, 2)}\n`);
    throw reason;
  } finally {
    release();
  }
}

async function follow({ run, token }: VerifyOptions, url: string, signal: AbortSignal): Promise<VerifiedRun> {
  const connection = { url, token, signal };
  await checkServer(connection);
  const line = openProgressLine(process.stderr);
  try {
    return await verifyRun(connection, run, line.show);
  } finally {
    line.close();
  }
}

/** @throws UsageError that says what is wrong. */
function parseVerifyOptions(args: string[]): VerifyOptions {
  const { values, positionals } = readFlags(args);
  const [run, ...rest] = positionals;
  if (run === undefined) throw new UsageError('Name the model run to verify: aliquot verify RUN');
  if (rest.length > 0) throw new UsageError(`One run is taken, there are more: ${rest.join(' ')}`);
  const { json = false, server, token = null } = values;
  return { run, json, server: server === undefined ? null : serverOf(server), token };
}

function readFlags(args: string[]) {
  try {
    return parseArgs({ args, options: flags, strict: true, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function textOf({ label, score, experiment, verification }: VerifiedRun): string {
  const { proved, bitEqual, difference, tolerance, reason, environmentDifferences } = verification;
  const recorded = score == null ? '' : `, ${experiment.metric} ${formatScore(score)}`;
  const answer = proved ? (bitEqual ? 'proved, bit by bit' : 'proved') : 'NOT proved';
  const compared =
    difference == null ? '' : `  largest difference ${difference}, tolerance ${tolerance ?? 'none'}\n`;
  const told = [...(reason == null ? [] : [reason]), ...environmentDifferences];
  const lines = told.map((line) => `  ${oneLine(line)}\n`).join('');
  return `${oneLine(label)}${recorded}: ${answer}\n${compared}${lines}`;
}

function jsonOf({ id, label, score, experiment, verification }: VerifiedRun, server: string): string {
  const { status: _status, progress: _progress, failure: _failure, ...answer } = verification;
  const run = { id, label, metric: experiment.metric, score };
  return `${JSON.stringify({ run, verification: answer, server }, null, 2)}\n`;
}
