import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { TrainSpec } from '#contract/runner.ts';
import type { MessageOf, RunnerMessage } from '#contract/runner-messages.ts';
import type { ExperimentRow } from '#domains/experiment/table.ts';
import type { RunningJob } from '#ports/sandbox.ts';

/** Beyond it, folds of later trials begin anew where a worker is lost. */
const MOST_BYTES = 2 * 1024 ** 3;
const NAME = /^fold-([a-z][a-z0-9_]{0,63})-(\d+)-(\d+)\.zip\.([0-9a-f]{64})$/;

export type KeptFold = { algorithm: string; trial: number; fold: number; name: string; path: string };
export type KeptFolds = Awaited<ReturnType<typeof keptFolds>>;

/**
 * The folds that a training has scored, on this host, for the worker that takes it over. They are named by their
 * checksums and believed by them alone. A worker elsewhere finds none, and begins what was under way anew.
 */
export async function keptFolds(
  workDirectory: string,
  row: Pick<ExperimentRow, 'id' | 'trainingStartedAt'>,
  spec: TrainSpec,
  codeSha256: string,
) {
  const owned = `folds-${row.id}-`;
  const own = `${owned}${fingerprint(spec, codeSha256)}`;
  const directory = join(workDirectory, own);
  const isTakenOver = row.trainingStartedAt !== null;
  for (const name of await readdir(workDirectory)) {
    if (name.startsWith(owned) && !(isTakenOver && name === own)) await remove(join(workDirectory, name));
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const found: KeptFold[] = [];
  let bytes = 0;
  for (const file of (await readdir(directory)).sort()) {
    const [, algorithm = '', trial, fold, sha256] = NAME.exec(file) ?? [];
    const path = join(directory, file);
    if (sha256 === undefined || (await sha256Of(path)) !== sha256) await rm(path, { force: true });
    else {
      bytes += (await stat(path)).size;
      const name = file.slice(0, -sha256.length - 1);
      found.push({ algorithm, trial: Number(trial), fold: Number(fold), name, path });
    }
  }

  async function fetch({ file }: MessageOf<'foldScored'>, job: RunningJob): Promise<void> {
    if (!file || bytes + file.byteSize > MOST_BYTES) return;
    const to = join(directory, `${file.name}.${file.sha256}`);
    const part = `${to}.part`;
    if (!(await job.copyOut(file.name, part).catch(() => false))) return;
    await rename(part, to);
    bytes += file.byteSize;
  }

  return {
    found: found as readonly KeptFold[],
    /** Brings the files that these messages promise. They count once the messages are told as events. */
    async fetch(messages: readonly RunnerMessage[], job: RunningJob | null): Promise<void> {
      if (!job) return;
      for (const message of messages) if (message.type === 'foldScored') await fetch(message, job);
    },
    remove: () => remove(directory),
  };
}

const remove = (path: string) => rm(path, { recursive: true, force: true });

/** Of everything that a fold's model depends on. */
function fingerprint(spec: TrainSpec, codeSha256: string): string {
  const { columns, target, taskType, metric, steps, folds, seed, startParameters } = spec;
  const question = { columns, target, taskType, metric, steps, folds, seed, startParameters, codeSha256 };
  return createHash('sha256').update(JSON.stringify(question)).digest('hex').slice(0, 16);
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
