import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'aliquot-script-test-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The command as an operator calls it, and what it has left of its temporary files. */
function start(args: string[], settings: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'sandbox', ...args], {
    cwd: root,
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]).then(
    ([stdout, stderr, [exitCode]]) => ({ stdout, stderr, exitCode, left: temporaryFiles(child.pid) }),
  );
  return { child, ended };
}

const temporaryFiles = (process: number | undefined) =>
  readdirSync(tmpdir()).filter((name) => name.startsWith(`aliquot-script-${process}-`));

const sandbox = (...args: string[]) => start(args).ended;

function script(name: string, source: string): string {
  const path = join(directory, name);
  writeFileSync(path, source);
  return path;
}

describe('aliquot sandbox run', { timeout: 60_000 }, () => {
  test('runs a script on its input and prints one document', async () => {
    const input = join(directory, 'input');
    mkdirSync(input);
    writeFileSync(join(input, 'numbers.csv'), 'x\n1\n2\n4\n');
    const out = join(directory, 'out');
    const path = script(
      'sum.py',
      `
import os, sys
import pandas
total = pandas.read_csv("in/numbers.csv")["x"].sum()
open("out/total.txt", "w").write(str(total))
os.mkdir("out/directory")
os.write(3, b'{"type": "finished"}\\n')
print("sum", total, sorted(os.listdir("in")))
sys.exit(3)
`,
    );
    const { stdout, stderr, exitCode, left } = await sandbox(
      ...['run', path, '--input', input, '--limits', 'memory=512M,cpu=60,wall=60', '--out', out, '--json'],
    );
    expect(stderr).toBe('');
    const { wallSeconds, cpuSeconds, peakMemoryBytes, ...document } = JSON.parse(stdout);
    expect(document).toEqual({
      exitCode: 3,
      signal: null,
      limit: null,
      tier: expect.stringMatching(/^(local|e2b):/),
      files: [{ name: 'total.txt', byteSize: 1 }],
      refused: ['directory'],
      output: "sum 7 ['numbers.csv', 'script.py']\n",
      outputDroppedBytes: 0,
    });
    for (const used of [wallSeconds, cpuSeconds, peakMemoryBytes]) expect(used).toBeGreaterThan(0);
    expect(exitCode).toBe(1);
    expect(readdirSync(out)).toEqual(['total.txt']);
    expect(readFileSync(join(out, 'total.txt'), 'utf8')).toBe('7');
    expect(left).toEqual([]);
  });

  test('tells the limit that ended it, and shows no control characters', async () => {
    const path = script(
      'greedy.py',
      'print("\\x1b[31mgreedy")\nkeep = [bytearray(2**24) for _ in range(999)]\n',
    );
    const { stdout, exitCode } = await sandbox('run', path, '--limits', 'memory=400M,output=1K');
    expect(stdout).toMatch(/^�\[31mgreedy\n\nended {4}at its limit of memory\ntier {5}\w+:.+\nused {5}.+\n$/);
    expect(exitCode).toBe(1);
  });

  test('ends with the script when it is interrupted', async () => {
    const path = script('long.py', 'import time\nopen("out/begun", "w").close()\ntime.sleep(600)\n');
    const out = join(directory, 'interrupted');
    const { child, ended } = start(['run', path, '--out', out]);
    // made when the options have been read, after which the signal is heard
    while (!existsSync(out)) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill('SIGTERM');
    const { exitCode, stderr, stdout, left } = await ended;
    expect({ exitCode, stderr, stdout, left }).toEqual({
      exitCode: 130,
      stderr: 'Interrupted\n',
      stdout: '',
      left: [],
    });
  });

  test('says what is wrong with its options', async () => {
    const path = script('nothing.py', '');
    const taken = join(directory, 'taken');
    mkdirSync(join(taken, 'sub'), { recursive: true });
    const wrong = async (...args: string[]) => {
      const { stderr, stdout, exitCode } = await sandbox(...args);
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
      return stderr.split('\n')[0];
    };
    const messages = await Promise.all([
      wrong(),
      wrong('run'),
      wrong('run', path, '--limits', 'memory=lots'),
      wrong('run', path, '--limits', 'time=5'),
      wrong('run', path, '--input', taken),
      wrong('run', path, '--out', taken),
      wrong('run', join(directory, 'none.py')),
    ]);
    expect(messages).toEqual([
      expect.stringMatching(/^sandbox needs a verb: /),
      'sandbox run takes one SCRIPT.py',
      '--limits: memory=512M is how to write it, not "memory=lots"',
      '--limits knows memory, disk, processes, cpu, wall, output, not "time"',
      '--input takes a directory of plain files; sub is none',
      `--out ${taken} is not empty`,
      `${join(directory, 'none.py')} cannot be read: ENOENT`,
    ]);
  });

  test('tells what to do where no sandbox can be had', async () => {
    const { ended } = start(['run', script('nothing.py', '')], { CACHE_DIR: join(directory, 'no-cache') });
    expect(await ended).toMatchObject({
      exitCode: 1,
      stderr: 'SANDBOX_UNAVAILABLE: The Python environment is not ready. Run `node bin/setup.mjs`.\n',
      left: [],
    });
  });
});
