import { readFileSync } from 'node:fs';
import { CliError, describeError, InterruptedError, UsageError } from '#cli/errors.ts';
import { generalUsage, usages } from '#cli/usage.ts';
import { plainText } from '#cli/view/text.ts';

type Command = (args: string[]) => Promise<number> | number;

const commands: Record<string, Command> = {
  run: async (args) => (await import('#cli/run-command.ts')).run(args),
  upload: async (args) => (await import('#cli/upload-command.ts')).runUpload(args),
  sandbox: async (args) => (await import('#cli/local/sandbox.ts')).sandbox(args),
  storage: async (args) => (await import('#cli/local/storage.ts')).storage(args),
  token: async (args) => (await import('#cli/local/token.ts')).token(args),
  verify: async (args) => (await import('#cli/verify-command.ts')).verify(args),
  help: ([name]) => print(name === undefined ? generalUsage : usageOf(name)),
};

const helpFlags = ['--help', '-h'];

/** Runs a command line without the program's name and gives the exit code. */
export async function dispatch([name = 'help', ...args]: string[]): Promise<number> {
  if (name === '--version' || name === '-v') return print(`${version()}\n`);
  if (helpFlags.includes(name)) return print(generalUsage);
  try {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command) throw new UsageError(`There is no command "${name}"`);
    if (args.some((arg) => helpFlags.includes(arg))) return print(usageOf(name));
    return await command(args);
  } catch (error) {
    return explain(error, name);
  }
}

function explain(error: unknown, name: string): number {
  if (error instanceof InterruptedError) return tell('Interrupted', 130);
  if (error instanceof UsageError) {
    const help = Object.hasOwn(usages, name) ? `aliquot help ${name}` : 'aliquot help';
    return tell(`${error.message}\nSee: ${help}`, 2);
  }
  return tell(error instanceof CliError ? describeError(error) : unforeseen(error), 1);
}

const unforeseen = (error: unknown) =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

function tell(message: string, exitCode: number): number {
  process.stderr.write(`${plainText(message)}\n`);
  return exitCode;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

const usageOf = (name: string): string =>
  (Object.hasOwn(usages, name) ? usages[name] : undefined) ?? generalUsage;

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
