import { e2bOptions } from '#adapters/sandbox/from-url.ts';
import { CliError } from '#cli/errors.ts';
import { plainText } from '#cli/view/text.ts';
import { readEnv } from '#env.ts';
import { SandboxUnavailableError } from '#ports/sandbox.ts';

/** `aliquot sandbox publish`: has E2B build the template that this version's jobs need. */
export async function publish(): Promise<number> {
  const env = readEnv();
  if (!env.E2B_API_KEY)
    throw new CliError('E2B_API_KEY_MISSING', 'Set E2B_API_KEY to the key of an E2B account.');
  const { account, size, template } = e2bOptions(env, 'commands');
  const { publishTemplate, templateName } = await import('#adapters/sandbox/e2b/template.ts');
  const name = template ?? (await templateName(size));
  try {
    await publishTemplate(account, name, size, (message) => process.stderr.write(`${plainText(message)}\n`));
  } catch (error) {
    if (error instanceof SandboxUnavailableError) throw new CliError(error.code, error.message);
    throw error;
  }
  process.stdout.write(`${name}\n`);
  return 0;
}
