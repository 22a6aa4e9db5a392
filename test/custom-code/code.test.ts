import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localSandbox } from '#adapters/sandbox/local.ts';
import type { PlannedStep } from '#contract/preprocessing.ts';
import { type CodeSubject, compileSteps, MAX_CODE_BYTES, parseCode } from '#domains/preprocessing/code.ts';
import { readEnv } from '#env.ts';
import { pythonEnvironment } from '#python-environment.ts';
import { runTableTask } from '#tables/run.ts';

const file = `day;price;"a ""strange"" name";sold
01.02.2024;1.234,50 €;red;yes
15.02.2024;7,25 €;blue;no
29.03.2024;;red;yes
30.03.2024;12,00 €;blue;no
`;
const strange = 'a "strange" name';
const steps: PlannedStep[] = [
  {
    ...{ key: 'datetime_parts', columns: ['day'], parameters: { parts: ['month'] } },
    ...{ reason: 'Spring “”" """ is short.', code: null },
  },
  { key: 'drop_columns', columns: [strange], parameters: {}, reason: 'Of no use.', code: null },
];
const code = `class Halve:
    def fit(self, X, y):
        return self

    def transform(self, X):
        return X.assign(price=X["price"] / 2)`;
const own: PlannedStep = { key: 'custom', columns: [], parameters: {}, reason: 'Half of it.', code };

describe('the code of a preparation', () => {
  const { signal } = new AbortController();
  let directory: string;
  let python: string;
  let sandbox: ReturnType<typeof localSandbox>;
  let subject: CodeSubject;
  const ports = () => ({ sandbox, workDirectory: join(directory, 'work') });
  const compiled = (plan: PlannedStep[]) => compileSteps(ports(), subject, plan, signal);
  const parsed = (text: string, plan: PlannedStep[], before: string) =>
    parseCode(ports(), subject, text, { steps: plan, code: before }, signal);

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'aliquot-code-'));
    chmodSync(directory, 0o711);
    mkdirSync(join(directory, 'work'));
    const { interpreter } = await pythonEnvironment(readEnv());
    if (interpreter === null) throw new Error('the Python environment is not set up');
    python = interpreter;
    const runnerDirectory = fileURLToPath(new URL('../../runner', import.meta.url));
    sandbox = localSandbox({ python, runnerDirectory, cacheDirectory: directory });
    const source = join(directory, 'sales.csv');
    writeFileSync(source, file);
    const { columns, dialect } = await runTableTask(
      'ingest',
      { source, fileName: 'sales.csv', parquet: join(directory, 'sales.parquet') },
      { temporaryDirectory: join(directory, 'tables') },
    );
    subject = {
      ...{ owner: 'test', dataset: { name: 'sales.csv', columns, dialect } },
      ...{ target: 'sold', taskType: 'BINARY_CLASSIFICATION', strategy: 'BALANCED' },
    };
  });
  afterAll(async () => {
    await sandbox?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test('runs alone on the very file that was uploaded', async () => {
    writeFileSync(join(directory, 'pipeline.py'), await compiled([...steps, own]));
    execFileSync(python, ['-I', '-W', 'error', 'pipeline.py', 'sales.csv'], { cwd: directory });
    expect(readFileSync(join(directory, 'prepared.csv'), 'utf8').trim().split(/\r?\n/)).toEqual([
      'day,price,day.month,sold',
      '0.0,617.25,2.0,yes',
      '14.0,3.625,2.0,no',
      '57.0,,3.0,yes',
      '58.0,6.0,3.0,no',
    ]);
  });

  test('becomes the steps again, in the words of the user', async () => {
    const plan = [...steps, own];
    const text = await compiled(plan);
    expect(await parsed(text, plan, text)).toEqual({ steps: plan, faults: [] });
    const edited = text.replace('"month"]', '"month", "day"]');
    const [first] = (await parsed(edited, plan, text)).steps;
    expect(first).toMatchObject({
      key: 'datetime_parts',
      columns: ['day'],
      parameters: { parts: ['month', 'day'] },
    });
  });

  test('tells what is wrong with an edit, and where', async () => {
    const text = await compiled(steps);
    const line = text.split('\n').findIndex((each) => each.startsWith('STEPS.append(DropColumns')) + 1;
    const { faults } = await parsed(text.replace('DropColumns(["a', 'DropColumns(["no'), steps, text);
    expect(faults).toMatchObject([{ line, step: 1, rule: 'column' }]);
    expect((await parsed('def fit(', steps, text)).faults).toMatchObject([{ line: 1, rule: 'syntax' }]);
    await expect(parsed('#'.repeat(MAX_CODE_BYTES + 1), steps, text)).rejects.toMatchObject({
      code: 'CODE_TOO_LARGE',
    });
    await expect(
      compiled([
        { ...own, code: 'class A: pass' },
        { ...own, code: 'x = (' },
      ]),
    ).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      message: expect.stringContaining('Step 2, line 1'),
    });
  });
});
