import { parseArgs } from 'node:util';
import { UsageError } from '#cli/errors.ts';
import { serverOf } from '#cli/run-options.ts';

export interface UploadOptions {
  file: string;
  name: string | null;
  json: boolean;
  server: string | null;
  token: string | null;
}

const flags = {
  name: { type: 'string' },
  json: { type: 'boolean' },
  server: { type: 'string' },
  token: { type: 'string' },
} as const;

/** @throws UsageError that says what is wrong. */
export function parseUploadOptions(args: string[]): UploadOptions {
  const { values, positionals } = readFlags(args);
  const [file, ...rest] = positionals;
  if (file === undefined) throw new UsageError('Name the file to upload: aliquot upload FILE');
  if (rest.length > 0) throw new UsageError(`One file is taken, there are more: ${rest.join(' ')}`);
  return {
    file,
    name: values.name ?? null,
    json: values.json ?? false,
    server: values.server === undefined ? null : serverOf(values.server),
    token: values.token ?? null,
  };
}

function readFlags(args: string[]) {
  try {
    return parseArgs({ args, options: flags, strict: true, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
