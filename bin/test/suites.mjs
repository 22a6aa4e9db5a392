import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDirectory } from '../setup/settings.mjs';
import { pythonInterpreter } from '../setup.mjs';
import { collect, show } from './processes.mjs';
import { heading } from './report.mjs';

/** Runs the tests of the server and, beside them, those of the runner; what these say is shown at the end. */
export async function runSuites(directory) {
  const running = runPytest(directory);
  const vitest = await runVitest(directory);
  const { output, ...pytest } = await running;
  heading('Tests of the runner (pytest)');
  process.stdout.write(output);
  return [vitest, pytest];
}

/** Runs the tests of the server with vitest. */
async function runVitest(directory) {
  heading('Tests of the server (vitest)');
  const file = join(directory, 'vitest.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const vitest = join(projectDirectory, 'node_modules/.bin/vitest');
  const code = await show(vitest, ['run', ...reporters], { env: { ...process.env, NODE_ENV: 'test' } });
  return atLeastOneFailure(code, existsSync(file) ? countVitest(file) : {});
}

function countVitest(file) {
  const counts = { passed: 0, failed: 0, skipped: [] };
  for (const { assertionResults, status } of JSON.parse(readFileSync(file, 'utf8')).testResults) {
    if (status === 'failed' && assertionResults.length === 0) counts.failed++;
    for (const { status: outcome, fullName } of assertionResults) {
      if (outcome === 'passed') counts.passed++;
      else if (outcome === 'failed') counts.failed++;
      else counts.skipped.push({ name: fullName, reason: outcome });
    }
  }
  return counts;
}

/** Runs the tests of the runner with pytest. */
async function runPytest(directory) {
  const file = join(directory, 'pytest.xml');
  const { code, output } = await collect(pythonInterpreter(), ['-m', 'pytest', '-q', `--junitxml=${file}`], {
    cwd: join(projectDirectory, 'runner'),
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  return { output, ...atLeastOneFailure(code, existsSync(file) ? countPytest(file) : {}) };
}

function countPytest(file) {
  const counts = { passed: 0, failed: 0, skipped: [] };
  for (const [, attributes, body = ''] of readFileSync(file, 'utf8').matchAll(
    /<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g,
  )) {
    const name = `${/\bclassname="([^"]*)"/.exec(attributes)?.[1]} ${/\bname="([^"]*)"/.exec(attributes)?.[1]}`;
    const skipped = /<skipped\b[^>]*?message="([^"]*)"/.exec(body);
    if (/<(failure|error)\b/.test(body)) counts.failed++;
    else if (skipped) counts.skipped.push({ name, reason: skipped[1] });
    else counts.passed++;
  }
  return counts;
}

/** A run that broke off without naming a failed test has failed all the same. */
function atLeastOneFailure(code, counts) {
  const failed = counts.failed ?? 0;
  return { ...counts, failed: code === 0 ? failed : Math.max(failed, 1) };
}
