import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningJob, Sandbox } from '#ports/sandbox.ts';
import { mebibyte, runPython } from './workbench.ts';

/** What every adapter of the port promises. `remains` names processes of the job seen after it has ended. */
export function sandboxConformance(
  name: string,
  makeSandbox: () => Promise<{ sandbox: Sandbox; remains: () => unknown[] } & AsyncDisposable>,
) {
  describe(name, () => {
    let made: Awaited<ReturnType<typeof makeSandbox>>;
    const run = (source: string, attempt?: Parameters<typeof runPython>[2]) =>
      runPython(made.sandbox, source, attempt);
    beforeAll(async () => {
      made = await makeSandbox();
    }, 60_000);
    afterAll(() => made[Symbol.asyncDispose]());

    test('runs a job and tells its exit code, output, lines and files', async () => {
      const result = await run(
        `
import os, sys
def main(arguments):
    print("text", arguments, open("in/data.txt").read())
    print("more", file=sys.stderr)
    for number in range(1000):
        os.write(3, b'{"number":%d}\\n' % number)
    open("out/model.bin", "w").write("weights")
    return 3
`,
        { args: ['a b', '--c'], inputs: [{ name: 'data.txt', content: 'rows' }] },
      );
      expect(result).toMatchObject({ exitCode: 3, signal: null, limit: null, canceled: false, refused: [] });
      expect(result.output).toBe("text ['a b', '--c'] rows\nmore\n");
      expect(result.lines).toEqual(Array.from({ length: 1000 }, (_, number) => `{"number":${number}}`));
      expect(result.files).toEqual([{ name: 'model.bin', byteSize: 7 }]);
      expect(result.contents.get('model.bin')).toBe('weights');
      expect(result.tier).toBe(made.sandbox.tier);
      expect(result.cpuSeconds).toBeGreaterThan(0);
      expect(result.peakMemoryBytes).toBeGreaterThan(mebibyte);
    });

    test('tells crashes: an exception, a signal, an exit from deep inside', async () => {
      const crash = await run('def main(arguments):\n    raise ValueError("no such column")\n');
      expect(crash).toMatchObject({ exitCode: 1, signal: null });
      expect(crash.output).toContain('ValueError: no such column');
      const killed = await run('import os\ndef main(arguments):\n    os.kill(os.getpid(), 11)\n');
      expect(killed).toMatchObject({ exitCode: null, signal: 'SIGSEGV', limit: null });
      const left = await run('import sys\ndef main(arguments):\n    sys.exit(9)\n');
      expect(left).toMatchObject({ exitCode: 9 });
    });

    test('keeps the tail of the output and counts the rest', async () => {
      const source = 'def main(arguments):\n    for n in range(200000):\n        print(f"line {n}")\n';
      const result = await run(source, { limits: { outputBytes: 1000 } });
      expect(result.exitCode).toBe(0);
      expect(result.output.length).toBeLessThanOrEqual(1000);
      expect(result.output.endsWith('line 199999\n')).toBe(true);
      expect(result.outputDroppedBytes).toBeGreaterThan(2_000_000);
    });

    test('passes large lines and a flood of lines in order', async () => {
      const result = await run(`
import os
def main(arguments):
    with open(3, "wb", closefd=False) as events:
        events.write(b"x" * (1024 * 1024) + b"\\n")
        for number in range(100000):
            events.write(b"%d\\n" % number)
`);
      expect(result.limit).toBe(null);
      expect(result.lines).toHaveLength(100_001);
      expect(result.lines[0]).toHaveLength(mebibyte);
      expect(result.lines.slice(1).every((line, index) => line === String(index))).toBe(true);
    });

    test('ends a job that writes a line beyond 1 MiB', async () => {
      const source = 'import os\ndef main(arguments):\n    while True: os.write(3, b"x" * 65536)\n';
      expect(await run(source)).toMatchObject({ limit: 'LINE', lines: [] });
    });

    test('inputs by path can be read and not changed', async () => {
      const directory = mkdtempSync(join(tmpdir(), 'aliquot-input-'));
      const path = join(directory, 'table.parquet');
      writeFileSync(path, 'columns', { mode: 0o644 });
      const before = statSync(path);
      const result = await run(
        `
import os
def attempt(action):
    try: action()
    except OSError as fault: print(type(fault).__name__)
def main(arguments):
    print(open("in/table.parquet").read())
    attempt(lambda: open("in/table.parquet", "w").write("changed"))
    attempt(lambda: open("in/table.parquet", "r+").write("changed"))
    attempt(lambda: os.open("in/table.parquet", os.O_RDONLY | os.O_TRUNC))
    attempt(lambda: os.truncate("in/table.parquet", 0))
    attempt(lambda: os.remove("in/table.parquet"))
    attempt(lambda: os.rename("in/table.parquet", "out/table.parquet"))
    attempt(lambda: open("in/new", "w"))
    attempt(lambda: os.chmod("in/table.parquet", 0o777))
    attempt(lambda: os.utime("in/table.parquet", (1, 1)))
`,
        { inputs: [{ name: 'table.parquet', path }] },
      );
      expect(result.output.startsWith('columns\n')).toBe(true);
      expect(result.files).toEqual([]);
      expect(readFileSync(path, 'utf8')).toBe('columns');
      expect(statSync(path)).toMatchObject({ mode: before.mode, uid: before.uid, mtimeMs: before.mtimeMs });
      rmSync(directory, { recursive: true });
    });

    test('refuses links, pipes, directories and odd names among the files', async () => {
      const result = await run(`
import os
def attempt(action):
    try: action()
    except OSError: pass
def main(arguments):
    open("out/good.json", "w").write("{}")
    attempt(lambda: os.symlink("/etc/passwd", "out/symbolic"))
    attempt(lambda: os.link("out/good.json", "tmp/second"))
    attempt(lambda: os.link("in/program.py", "out/input-link"))
    attempt(lambda: os.mkfifo("out/pipe"))
    attempt(lambda: os.mkdir("out/directory"))
    for name in (".hidden", "-option", "a b", "n\\nl", "\\u00e4", "x" * 200):
        attempt(lambda: open(f"out/{name}", "w").write("odd"))
    open("out/twice", "w").write("2")
    os.link("out/twice", "out/twice-again")
    os.remove("tmp/second")
`);
      expect(result.files).toEqual([{ name: 'good.json', byteSize: 2 }]);
      expect(result.refused).toEqual(
        expect.arrayContaining(['.hidden', '-option', 'a b', 'n?l', 'directory']),
      );
      expect(result.refused).toEqual(expect.arrayContaining(['twice', 'twice-again']));
    });

    test('lets plain files be copied out while the job is running, and nothing else', async () => {
      const target = mkdtempSync(join(tmpdir(), 'aliquot-copied-'));
      const outcomes: Record<string, boolean> = {};
      let running: RunningJob | undefined;
      let stop = () => {};
      const asked = new Promise<void>((resolve) => {
        stop = resolve;
      });
      const canceled = new AbortController();
      const copyAll = async (names: string[]) => {
        for (const name of names) {
          outcomes[name] = (await running?.copyOut(name, join(target, name.replaceAll('/', '_')))) ?? false;
        }
        stop();
      };
      const job = run(
        `
import os, time
def attempt(action):
    try: action()
    except OSError: pass
def main(arguments):
    open("out/model.bin", "w").write("weights")
    open("out/empty", "w").close()
    open("out/twice", "w").write("2")
    os.link("out/twice", "out/twice-again")
    attempt(lambda: os.symlink("model.bin", "out/symbolic"))
    attempt(lambda: os.mkfifo("out/pipe"))
    os.mkdir("out/directory")
    os.write(3, b"ready\\n")
    time.sleep(20)
`,
        {
          handlers: {
            signal: canceled.signal,
            graceSeconds: 0,
            onStart: (started) => {
              running = started;
            },
            onLine: () =>
              void copyAll([
                'model.bin',
                'empty',
                'twice',
                'symbolic',
                'pipe',
                'directory',
                '../in/program.py',
                'none',
              ]),
          },
        },
      );
      await asked;
      const copied = readFileSync(join(target, 'model.bin'), 'utf8');
      canceled.abort();
      await job;
      rmSync(target, { recursive: true });
      expect(copied).toBe('weights');
      const refused = ['empty', 'twice', 'symbolic', 'pipe', 'directory', '../in/program.py', 'none'];
      expect(outcomes).toEqual({
        'model.bin': true,
        ...Object.fromEntries(refused.map((name) => [name, false])),
      });
    });

    test('collects nothing when the job has put something else in place of out/', async () => {
      const source = 'import os\ndef main(arguments):\n    os.rmdir("out")\n    os.rename("in", "out")\n';
      expect((await run(source)).files).toEqual([]);
    });

    test.each([
      ['MEMORY', 'keep = [bytearray(16 << 20) for _ in range(1000)]', { memoryBytes: 200 * mebibyte }],
      [
        'DISK',
        'for n in range(200):\n        open(f"tmp/{n}", "wb").write(bytes(1 << 20)); time.sleep(0.01)',
        { diskBytes: 20 * mebibyte },
      ],
      ['WALL', 'time.sleep(60)', { wallSeconds: 0.5 }],
      ['CPU', 'while True: pass', { cpuSeconds: 0.5 }],
      [
        'PROCESSES',
        'for n in range(12):\n        os.fork() or time.sleep(60)\n    time.sleep(60)',
        { processes: 8 },
      ],
    ] as const)('ends a job at its limit of %s', async (limit, body, limits) => {
      const result = await run(`import os, time\ndef main(arguments):\n    ${body}\n    time.sleep(1)\n`, {
        limits,
      });
      expect(result).toMatchObject({ limit, canceled: false });
      expect(result.wallSeconds).toBeLessThan(15);
    });

    test('cancels: the job gets SIGTERM and may finish', async () => {
      const cancellation = new AbortController();
      const result = await run(
        `
import os, signal, sys, time
def finish(*_):
    open("out/best.txt", "w").write("so far")
    sys.exit(0)
def main(arguments):
    signal.signal(signal.SIGTERM, finish)
    os.write(3, b"begun\\n")
    time.sleep(60)
`,
        { handlers: { signal: cancellation.signal, onLine: () => cancellation.abort() } },
      );
      expect(result).toMatchObject({ canceled: true, exitCode: 0, limit: null });
      expect(result.contents.get('best.txt')).toBe('so far');
    });

    test('cancels a job that ignores SIGTERM after the grace', async () => {
      const cancellation = new AbortController();
      const result = await run(
        `
import os, signal, time
def main(arguments):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.write(3, b"begun\\n")
    while True: time.sleep(60)
`,
        { handlers: { signal: cancellation.signal, onLine: () => cancellation.abort(), graceSeconds: 0.5 } },
      );
      expect(result).toMatchObject({ canceled: true, exitCode: null, signal: 'SIGKILL' });
      expect(result.wallSeconds).toBeGreaterThan(0.4);
    });

    test('cancels a job whose signal was aborted before it began', async () => {
      const result = await run('import time\ndef main(arguments):\n    time.sleep(60)\n', {
        handlers: { signal: AbortSignal.abort(), graceSeconds: 0.5 },
      });
      expect(result.canceled).toBe(true);
    });

    test('lets a job run on that was given more time, and tells it how much', async () => {
      let running: RunningJob | undefined;
      const onLine = (line: string) => {
        if (line === 'begun') running?.extend(30);
        else running?.extend(60);
      };
      const result = await run(
        `
import os, time
def wait_for(seconds):
    while not (os.path.exists("in/extension") and float(open("in/extension").read()) == seconds):
        time.sleep(0.05)
def main(arguments):
    began = time.monotonic()
    os.write(3, b"begun\\n")
    wait_for(30)
    os.write(3, b"more\\n")
    wait_for(60)
    time.sleep(max(0, began + 10.5 - time.monotonic()))
`,
        {
          limits: { wallSeconds: 10 },
          handlers: {
            onLine,
            onStart: (job) => {
              running = job;
            },
          },
        },
      );
      expect(result).toMatchObject({ limit: null, exitCode: 0 });
      expect(result.wallSeconds).toBeGreaterThan(10);
    });

    test('a daemon does not outlive its job', async () => {
      const result = await run(`
import os, signal, time
def main(arguments):
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)
    os.wait()
`);
      expect(result.exitCode).toBe(0);
      expect(made.remains()).toEqual([]);
    });

    test('a job leaves nothing to the next one, although both are forked from one warm process', async () => {
      await run(`
import builtins, json, os, sys, threading
def main(arguments):
    builtins.leftover = json.leftover = "left"
    os.environ["LEFTOVER"] = "left"
    sys.path.append("/leftover")
    for path in ("tmp/leftover", "/tmp/leftover", "/dev/shm/leftover"):
        try: open(path, "w").write("left")
        except OSError: pass
`);
      const next = await run(`
import builtins, json, os, sys
def main(arguments):
    print(hasattr(builtins, "leftover"), hasattr(json, "leftover"), "LEFTOVER" in os.environ, "/leftover" in sys.path)
    print([path for path in ("tmp/leftover", "/tmp/leftover", "/dev/shm/leftover") if os.path.exists(path)])
`);
      expect(next.output).toBe('False False False False\n[]\n');
    });

    test('runs several jobs at once', async () => {
      const source =
        'import os, time\ndef main(arguments):\n    os.write(3, arguments[0].encode() + b"\\n"); time.sleep(60)\n';
      const canceled = new AbortController();
      const heard: string[] = [];
      const onLine = (line: string) => {
        heard.push(line);
        if (heard.length === 4) canceled.abort();
      };
      const handlers = { onLine, signal: canceled.signal };
      const results = await Promise.all(
        ['a', 'b', 'c', 'd'].map((name) => run(source, { args: [name], handlers })),
      );
      expect(heard.sort()).toEqual(['a', 'b', 'c', 'd']);
      expect(results.map((result) => result.canceled)).toEqual([true, true, true, true]);
    });

    test('rejects with the error of a handler, and ends the job', async () => {
      const source = 'import os, time\ndef main(arguments):\n    os.write(3, b"x\\n"); time.sleep(60)\n';
      const onLine = () => {
        throw new Error('handler');
      };
      await expect(run(source, { handlers: { onLine } })).rejects.toThrow('handler');
    });

    test('passes its own self-test', async () => {
      const report = await made.sandbox.selfTest();
      expect(report.checks.filter((check) => !check.passed)).toEqual([]);
      expect(report).toMatchObject({ passed: true, tier: made.sandbox.tier, remedy: null });
    });
  });
}
