import { databaseUrl } from '#adapters/database/embedded.ts';
import { migrate } from '#db.ts';
import { readEnv } from '#env.ts';

const database = await databaseUrl(readEnv(), (message) => process.stdout.write(`${message}\n`));
try {
  await migrate(database.url);
  process.stdout.write('The database is up to date.\n');
} finally {
  await database.stop();
}
