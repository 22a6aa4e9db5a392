import { parseArgs } from 'node:util';
import { UsageError } from '#cli/errors.ts';
import { publish } from './sandbox-publish.ts';
import { runScript } from './sandbox-run.ts';

/** `aliquot sandbox run SCRIPT.py [options]` or `aliquot sandbox publish` */
export async function sandbox([verb, ...args]: string[]): Promise<number> {
  if (verb === 'run') return runScript(parse(args));
  if (verb === 'publish' && args.length === 0) return publish();
  throw new UsageError(
    verb === undefined
      ? 'sandbox needs a verb: run or publish'
      : `There is no "sandbox ${[verb, ...args].join(' ')}"`,
  );
}

function parse(args: string[]) {
  const { values, positionals } = parseStrictly(args);
  const [script, ...more] = positionals;
  if (script === undefined || more.length > 0) throw new UsageError('sandbox run takes one SCRIPT.py');
  return { script, ...values, json: values.json ?? false };
}

function parseStrictly(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        input: { type: 'string' },
        limits: { type: 'string' },
        out: { type: 'string' },
        json: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
