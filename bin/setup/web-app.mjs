import { createHash } from 'node:crypto';
import {
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { withLock } from './lock.mjs';
import { cacheDirectory, projectDirectory } from './settings.mjs';

const web = join(projectDirectory, 'web');
const built = join(web, 'dist');
const stamp = join(built, '.sources');
/** Below this the header of a second encoding is worth more than what it saves. */
const SMALLEST_COMPRESSED_BYTES = 1_024;
const TEXT = /\.(js|css|html|svg|json)$/;

/** Builds the web app when its sources are others than those of the last build; replaces it as a whole. */
export async function buildWebApp() {
  const sources = hashOfSources();
  const isBuilt = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === sources;
  if (isBuilt()) return;
  await withLock(cacheDirectory(), async () => {
    if (isBuilt()) return;
    process.stderr.write('Building the web app\n');
    const fresh = join(web, `.dist-${process.pid}`);
    try {
      await build(fresh);
      compress(fresh);
      writeFileSync(join(fresh, '.sources'), sources);
      rmSync(built, { recursive: true, force: true });
      renameSync(fresh, built);
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
  });
}

/** As for production, whatever the environment says: tests build what is served later. */
async function build(outDir) {
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    const vite = await import('vite');
    await vite.build({ configFile: join(web, 'vite.config.ts'), logLevel: 'error', build: { outDir } });
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}

function hashOfSources() {
  const hash = createHash('sha256');
  const names = readdirSync(web, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.slice(web.length).includes('dist'))
    .sort();
  for (const path of [...names, join(projectDirectory, 'package-lock.json')])
    hash.update(`${path.slice(projectDirectory.length)}\0`).update(readFileSync(path));
  return hash.digest('hex');
}

function compress(directory) {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !TEXT.test(entry.name)) continue;
    const content = readFileSync(path);
    if (content.length < SMALLEST_COMPRESSED_BYTES) continue;
    const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
    writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await buildWebApp();
