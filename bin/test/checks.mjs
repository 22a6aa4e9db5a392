import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedPaths } from '../generate.mjs';
import { projectDirectory } from '../setup/settings.mjs';
import { pythonInterpreter } from '../setup.mjs';
import { collect } from './processes.mjs';
import { heading } from './report.mjs';

const tool = (name) => join(projectDirectory, 'node_modules/.bin', name);

/** What must hold of the source itself. Each counts as one test. */
function checks() {
  const python = pythonInterpreter();
  const runner = { cwd: join(projectDirectory, 'runner') };
  const ruff = join(dirname(python), 'ruff');
  const pythonCode = ['--config', 'pyproject.toml', '.', '../bench/portfolio'];
  return [
    { name: 'generated files are up to date', run: checkGenerated },
    { name: 'types (tsc)', run: () => collect(tool('tsc'), ['--noEmit', '-p', '.']) },
    { name: 'types of the web app (tsc)', run: () => collect(tool('tsc'), ['--noEmit', '-p', 'web']) },
    { name: 'format and lint (biome)', run: () => collect(tool('biome'), ['check', '--error-on-warnings']) },
    { name: 'no dead code (knip)', run: () => collect(tool('knip'), []) },
    { name: 'Python lint (ruff)', run: () => collect(ruff, ['check', ...pythonCode], runner) },
    { name: 'Python format (ruff)', run: () => collect(ruff, ['format', '--check', ...pythonCode], runner) },
    { name: 'Python types (mypy)', run: () => collect(python, ['-m', 'mypy'], runner) },
  ];
}

/** Runs all checks, the others beside each other once no generated file can be read half-written. */
export async function runChecks() {
  heading('Checks');
  const [first, ...others] = checks();
  const isPassed = [await isKept(first), ...(await Promise.all(others.map(isKept)))];
  const passed = isPassed.filter(Boolean).length;
  return { passed, failed: isPassed.length - passed };
}

async function isKept({ name, run }) {
  const since = Date.now();
  const { code, output } = await run();
  const seconds = ((Date.now() - since) / 1000).toFixed(1);
  process.stdout.write(`  ${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n`);
  if (code !== 0) process.stdout.write(`${output.trimEnd().replace(/^/gm, '    ')}\n`);
  return code === 0;
}

async function checkGenerated() {
  const before = fingerprints();
  const { code, output } = await collect(process.execPath, [join(projectDirectory, 'bin/generate.mjs')]);
  if (code !== 0) return { code, output };
  const after = fingerprints();
  const names = new Set([...before.keys(), ...after.keys()]);
  const changed = [...names].filter((name) => before.get(name) !== after.get(name));
  if (changed.length === 0) return { code: 0, output: '' };
  return {
    code: 1,
    output: `Not as generated; commit what \`npm run generate\` wrote:\n${changed.join('\n')}`,
  };
}

function fingerprints() {
  const found = new Map();
  for (const path of generatedPaths) {
    for (const file of filesBelow(join(projectDirectory, path))) {
      found.set(file, createHash('sha256').update(readFileSync(file)).digest('hex'));
    }
  }
  return found;
}

function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}
