import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openEmbeddedDatabase } from '#adapters/database/embedded.ts';

const [dataDirectory = '', cacheDirectory = ''] = process.argv.slice(2);
const database = await openEmbeddedDatabase({ dataDirectory, cacheDirectory });
const postmasterFile = join(dataDirectory, 'postgres-18', 'cluster', 'postmaster.pid');
const postmaster = Number((await readFile(postmasterFile, 'utf8')).split('\n')[0]);
const keepAlive = setInterval(() => undefined, 60_000);
process.once('SIGTERM', async () => {
  await database.stop();
  clearInterval(keepAlive);
});
process.stdout.write(`${JSON.stringify({ url: database.url, adopted: database.adopted, postmaster })}\n`);
