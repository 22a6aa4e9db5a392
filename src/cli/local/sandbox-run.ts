import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainName } from '#adapters/sandbox/local/collect.ts';
import { CliError, UsageError } from '#cli/errors.ts';
import { watchInterruption } from '#cli/interruption.ts';
import { plainText } from '#cli/view/text.ts';
import { readEnv } from '#env.ts';
import {
  type Sandbox,
  type SandboxInput,
  type SandboxLimits,
  type SandboxResult,
  SandboxUnavailableError,
} from '#ports/sandbox.ts';
import { parseLimits } from './sandbox-limits.ts';

export interface ScriptOptions {
  script: string;
  /** Directory whose files the script finds in `in/`. */
  input?: string;
  limits?: string;
  /** New or empty directory for what the script leaves in `out/`. */
  out?: string;
  json: boolean;
}

const SCRIPT = 'script.py';

/** Runs a script as code that is not ours is run: isolated, without labels, its words believed by nobody. */
export async function runScript(options: ScriptOptions): Promise<number> {
  const limits = parseLimits(options.limits);
  const interruption = watchInterruption();
  try {
    const inputs = await readInputs(options);
    if (options.out !== undefined) await takeEmptyDirectory(options.out);
    const result = await withTemporaryDirectory(async (collectInto) => {
      const ended = await runIsolated(inputs, limits, collectInto, interruption.signal);
      interruption.signal.throwIfAborted();
      for (const { name } of options.out === undefined ? [] : ended.files) {
        await copyFile(join(collectInto, name), join(options.out ?? '', name));
      }
      return ended;
    });
    process.stdout.write(options.json ? `${JSON.stringify(documentOf(result), null, 2)}\n` : textOf(result));
    return result.exitCode === 0 && result.limit === null ? 0 : 1;
  } finally {
    interruption.release();
  }
}

async function withTemporaryDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), `aliquot-script-${process.pid}-`));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function runIsolated(
  inputs: SandboxInput[],
  limits: SandboxLimits,
  collectInto: string,
  signal: AbortSignal,
): Promise<SandboxResult> {
  const { openSandbox } = await import('#app.ts');
  const sandbox: Sandbox = await openSandbox(readEnv()).catch((error: Error) => {
    throw new CliError('SANDBOX_UNAVAILABLE', error.message);
  });
  try {
    const id = `script-${process.pid}`;
    const args = ['script', `in/${SCRIPT}`];
    return await sandbox.run({ id, owner: 'operator', args, inputs, limits, collectInto }, { signal });
  } catch (error) {
    if (error instanceof SandboxUnavailableError) throw new CliError(error.code, error.message);
    throw error;
  } finally {
    await sandbox.close();
  }
}

async function readInputs({ script, input }: ScriptOptions): Promise<SandboxInput[]> {
  const inputs: SandboxInput[] = [{ name: SCRIPT, content: await read(script) }];
  if (input === undefined) return inputs;
  const entries = await readdir(input, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--input ${input} cannot be read: ${error.code}`);
  });
  for (const entry of entries) {
    const { name } = entry;
    if (!entry.isFile()) throw new UsageError(`--input takes a directory of plain files; ${name} is none`);
    if (!plainName.test(name)) {
      throw new UsageError(`--input: rename "${name}": letters, digits, ".", "_" and "-" can be used`);
    }
    if (name === SCRIPT) throw new UsageError(`--input must not hold ${SCRIPT}: the script has that name`);
    inputs.push({ name, path: join(input, name) });
  }
  return inputs;
}

async function read(script: string): Promise<Uint8Array> {
  return readFile(script).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${script} cannot be read: ${error.code}`);
  });
}

async function takeEmptyDirectory(path: string): Promise<void> {
  const names = await mkdir(path, { recursive: true })
    .then(() => readdir(path))
    .catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(`--out ${path} cannot be used: ${error.code}`);
    });
  if (names.length > 0) throw new UsageError(`--out ${path} is not empty`);
}

function documentOf(result: SandboxResult) {
  const { exitCode, signal, limit, tier, files, refused, output, outputDroppedBytes, ...usage } = result;
  const { wallSeconds, cpuSeconds, peakMemoryBytes } = usage;
  return {
    ...{ exitCode, signal, limit, tier, files, refused },
    ...{ wallSeconds, cpuSeconds, peakMemoryBytes, output, outputDroppedBytes },
  };
}

function textOf(result: SandboxResult): string {
  const dropped = result.outputDroppedBytes;
  const lines = [
    ...(dropped > 0 ? [`(${dropped} bytes of output before this were dropped)`] : []),
    plainText(result.output.trimEnd()),
    '',
    `ended    ${endOf(result)}`,
    `tier     ${result.tier}`,
    `used     ${result.wallSeconds.toFixed(2)} s, ${result.cpuSeconds.toFixed(2)} s of processor, ${mebibytes(result.peakMemoryBytes)} of memory`,
    ...result.files.map(({ name, byteSize }) => `file     ${name}  ${byteSize} bytes`),
    ...result.refused.map((name) => `refused  ${plainText(name)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function endOf({ exitCode, signal, limit }: SandboxResult): string {
  if (limit !== null) return `at its limit of ${limit.toLowerCase()}`;
  return signal === null ? `with exit code ${exitCode}` : `by ${signal}`;
}

const mebibytes = (bytes: number) => `${Math.ceil(bytes / 1024 ** 2)} MiB`;
