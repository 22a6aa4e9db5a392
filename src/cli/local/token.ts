import { parseArgs } from 'node:util';
import { databaseUrl } from '#adapters/database/embedded.ts';
import { UsageError } from '#cli/errors.ts';
import { migrate, openDatabase } from '#db.ts';
import { accountService } from '#domains/account/service.ts';
import { readEnv } from '#env.ts';

const secondsOfDay = 86_400;
const defaultDays = 30;
const longestDays = 3_650;

/** `aliquot token [--days N]`: a bearer token of the local account on stdout, when it ends on stderr. */
export async function token(args: string[]): Promise<number> {
  const days = parseDays(args);
  const open = await databaseUrl(readEnv());
  try {
    await migrate(open.url);
    const database = openDatabase(open.url, { connections: 1 });
    try {
      const accounts = accountService(database);
      const { accountId, name } = await accounts.localAccount();
      const issued = await accounts.issueToken(accountId, days * secondsOfDay);
      const until = new Date(Date.now() + days * secondsOfDay * 1_000).toISOString().slice(0, 10);
      process.stdout.write(`${issued}\n`);
      process.stderr.write(
        `A token of "${name}", valid until ${until}. Send it as: Authorization: Bearer TOKEN\n`,
      );
    } finally {
      await database.close();
    }
  } finally {
    await open.stop();
  }
  return 0;
}

function parseDays(args: string[]): number {
  const given = readDays(args) ?? String(defaultDays);
  const days = Number(given);
  if (/^\d+$/.test(given) && days >= 1 && days <= longestDays) return days;
  throw new UsageError(`--days takes a whole number from 1 to ${longestDays}, not "${given}"`);
}

function readDays(args: string[]): string | undefined {
  try {
    return parseArgs({ args, options: { days: { type: 'string' } }, strict: true }).values.days;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
