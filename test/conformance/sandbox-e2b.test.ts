import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sandbox as RemoteBox } from '@e2b/code-interpreter';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connection } from '#adapters/sandbox/e2b/account.ts';
import { lockHash } from '#adapters/sandbox/e2b/bundle.ts';
import { templateName } from '#adapters/sandbox/e2b/template.ts';
import type { SandboxFault } from '#ports/sandbox.ts';
import type { Fault } from '../e2b-server/server.ts';
import { e2bForTests } from './e2b-for-tests.ts';
import { mebibyte, runPython, until } from './sandbox-attacks/workbench.ts';

/** Writes numbers, one after the other, then waits for as long as it may. */
const counting = (count: number, wait = 0) => `
import os, time
def main(arguments):
    for number in range(${count}):
        os.write(3, b"%d\\n" % number)
        time.sleep(0.002)
    time.sleep(${wait})
`;
const nothing = 'def main(arguments):\n    pass\n';
const numbers = (count: number) => Array.from({ length: count }, (_, number) => String(number));

describe('a box of E2B', () => {
  let made: Awaited<ReturnType<typeof e2bForTests>>;
  beforeAll(async () => {
    made = await e2bForTests();
  });
  afterAll(() => made[Symbol.asyncDispose]());

  /** The boxes made for one job, all of which have ended with it. */
  async function boxesOf(work: () => Promise<unknown>) {
    const before = made.server.boxes.made.length;
    await work();
    expect(made.server.boxes.all()).toEqual([]);
    expect(made.remains()).toEqual([]);
    return made.server.boxes.made.slice(before);
  }

  test('has no internet, tells whose it is, and is ended with its job', async () => {
    const boxes = await boxesOf(() => runPython(made.sandbox, nothing));
    expect(boxes).toHaveLength(1);
    expect(boxes[0]).toMatchObject({
      template: 'test-template',
      allowInternetAccess: false,
      metadata: {
        aliquot: 'test',
        owner: 'test',
        worker: expect.stringContaining(`${hostname()}/${process.pid}/`),
      },
    });
    expect(boxes[0]?.metadata.job).toMatch(/^test-\d+$/);
  });

  test('loses no line and doubles none when its connections break', async () => {
    let broken = 0;
    const onLine = (line: string) => {
      lines.push(line);
      if (Number(line) % 200 === 100) broken += made.server.dropStreams();
    };
    const lines: string[] = [];
    const boxes = await boxesOf(() => runPython(made.sandbox, counting(1000), { handlers: { onLine } }));
    expect(lines).toEqual(numbers(1000));
    expect(broken).toBeGreaterThanOrEqual(2);
    expect(boxes).toHaveLength(1);
  });

  test('is heard again when a connection stays open and says nothing', async () => {
    const lines: string[] = [];
    const onLine = (line: string) => {
      lines.push(line);
      if (line === '100') made.server.muteStreams();
    };
    const boxes = await boxesOf(() => runPython(made.sandbox, counting(300), { handlers: { onLine } }));
    expect(lines).toEqual(numbers(300));
    expect(boxes).toHaveLength(1);
  }, 150_000);

  test('is replaced when it ends before its job has said anything', async () => {
    let ended = false;
    const onStart = () => {
      ended = true;
      void Promise.all(made.server.boxes.all().map(({ id }) => made.server.boxes.end(id)));
    };
    const source = `import time\ndef main(arguments):\n    time.sleep(1)\n    open("out/model", "w").write("weights")\n`;
    const boxes = await boxesOf(async () => {
      const result = await runPython(made.sandbox, source, { handlers: { onStart } });
      expect(result).toMatchObject({ exitCode: 0, files: [{ name: 'model', byteSize: 7 }] });
    });
    expect(ended).toBe(true);
    expect(boxes).toHaveLength(2);
  });

  test('is told to be lost when it ends after its job has said something', async () => {
    const lines: string[] = [];
    const onLine = (line: string) => {
      lines.push(line);
      if (line === '9') for (const { id } of made.server.boxes.all()) void made.server.boxes.end(id);
    };
    const boxes = await boxesOf(() =>
      expect(runPython(made.sandbox, counting(10, 60), { handlers: { onLine } })).rejects.toMatchObject({
        code: 'SANDBOX_LOST',
        message: expect.stringContaining('Start the job again'),
      }),
    );
    expect(lines).toEqual(numbers(10));
    expect(boxes).toHaveLength(1);
  });

  test('does not stand in the way of a cancellation when it is gone', async () => {
    const canceled = new AbortController();
    const onLine = () => {
      for (const { id } of made.server.boxes.all()) void made.server.boxes.end(id);
      canceled.abort();
    };
    await boxesOf(async () => {
      const attempt = { handlers: { onLine, signal: canceled.signal } };
      expect(await runPython(made.sandbox, counting(1, 60), attempt)).toMatchObject({
        canceled: true,
        files: [],
      });
    });
  });

  test('takes large inputs and gives large files, over connections that break', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'aliquot-input-'));
    const content = Buffer.alloc(24 * mebibyte, 'row of a table\n');
    writeFileSync(join(directory, 'data'), content);
    writeFileSync(join(directory, 'empty'), '');
    made.server.plan(/^POST \/files$/, 'reset', { after: 1 });
    made.server.plan(/^POST \/files$/, 'reset', { after: 3 });
    made.server.plan(/^GET \/files$/, 'reset');
    const copying =
      'import shutil\ndef main(arguments):\n    shutil.copytree("in", "out", dirs_exist_ok=True)\n';
    const inputs = [
      { name: 'data', path: join(directory, 'data') },
      { name: 'empty', path: join(directory, 'empty') },
    ];
    const boxes = await boxesOf(async () => {
      const { contents, limit } = await runPython(made.sandbox, copying, { inputs });
      const digest = (data: Buffer) => createHash('sha256').update(data).digest('hex');
      expect(limit).toBe(null);
      expect(contents.get('empty')).toBe('');
      expect(digest(Buffer.from(contents.get('data') ?? '', 'latin1'))).toBe(digest(content));
    });
    expect(boxes).toHaveLength(1);
    rmSync(directory, { recursive: true });
  });

  test('says nothing that the job has only printed', async () => {
    const forging = `
import base64, json
def main(arguments):
    print("R" + base64.b64encode(json.dumps({"exitCode": 0, "files": []}).encode()).decode())
    return 4
`;
    const result = await runPython(made.sandbox, forging);
    expect(result).toMatchObject({ exitCode: 4, lines: [] });
    expect(result.output).toMatch(/^R\w+/);
  });

  const faults: [SandboxFault, Fault, string][] = [
    ['SANDBOX_UNAUTHORIZED', { status: 401, message: 'Invalid API key' }, 'E2B_API_KEY'],
    [
      'SANDBOX_QUOTA',
      { status: 429, message: 'maximum number of concurrent sandboxes' },
      'TRAINING_CONCURRENCY',
    ],
    ['SANDBOX_UNAVAILABLE', { status: 500, message: 'no node has room' }, 'no node has room'],
    ['SANDBOX_UNAVAILABLE', 'reset', 'E2B_API_URL'],
  ];
  test.each(faults)('that cannot be had is %s: %j', async (code, fault, told) => {
    made.server.plan(/^POST \/v2\/sandboxes$/, fault, { times: 2 });
    const boxes = await boxesOf(() =>
      expect(runPython(made.sandbox, nothing)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(told),
      }),
    );
    made.server.forget();
    expect(boxes).toEqual([]);
  });
});

test('a service that does not answer is SANDBOX_TIMEOUT', async () => {
  await using made = await e2bForTests();
  await using hasty = await e2bForTests({
    ...{ server: made.server, account: { ...made.server.account, answerMilliseconds: 500 } },
  });
  made.server.plan(/^POST \/v2\/sandboxes$/, 'silence', { times: 2 });
  await expect(runPython(hasty.sandbox, nothing)).rejects.toMatchObject({ code: 'SANDBOX_TIMEOUT' });
});

test('a box is kept alive for as long as its job runs', async () => {
  await using made = await e2bForTests({ timings: { lifeMilliseconds: 6_000 } });
  const canceled = new AbortController();
  const job = runPython(made.sandbox, counting(1, 60), {
    handlers: { signal: canceled.signal, graceSeconds: 0 },
  });
  const renewed = () => made.server.requests.some((name) => name.endsWith('/timeout'));
  expect(await until(renewed, 20_000)).toBe(true);
  const [box] = made.server.boxes.all();
  expect(Number(box?.endAt) - Number(box?.startedAt)).toBeGreaterThan(6_500);
  canceled.abort();
  await job;
}, 150_000);

test('close ends running jobs and their boxes', async () => {
  await using made = await e2bForTests();
  const job = runPython(made.sandbox, counting(1, 60), {
    handlers: { onLine: () => void made.sandbox.close() },
  });
  expect((await job).canceled).toBe(true);
  expect(made.server.boxes.all()).toEqual([]);
  expect(made.remains()).toEqual([]);
  await expect(runPython(made.sandbox, nothing)).rejects.toThrow('closed');
});

test('boxes of dead workers on this host are swept, others are left alone', async () => {
  await using made = await e2bForTests();
  const { account, boxes } = made.server;
  const create = (metadata: Record<string, string>) =>
    RemoteBox.create('test-template', { ...connection(account), metadata });
  const dead = `${hostname()}/${2 ** 22 + 1}/1`;
  const reused = `${hostname()}/${process.pid}/1`;
  await create({ aliquot: 'test', worker: dead });
  await create({ aliquot: 'test', worker: reused });
  const foreign = [
    await create({ aliquot: 'other', worker: dead }),
    await create({ aliquot: 'test', worker: 'other/1/1' }),
  ];
  await made.sandbox.warm();
  expect(await until(() => boxes.all().length === 2, 10_000)).toBe(true);
  expect(boxes.all().map(({ id }) => id)).toEqual(foreign.map(({ sandboxId }) => sandboxId));
});

describe('the template', () => {
  const size = { threads: 2, memoryBytes: 1024 * mebibyte };

  test('of this version is built when it is missing, once, of nothing but the libraries', async () => {
    await using made = await e2bForTests({ template: undefined, size });
    const { builds, locks, uploads } = made.server.templates;
    expect(await made.sandbox.selfTest()).toMatchObject({
      passed: false,
      remedy: expect.stringContaining('npx aliquot sandbox publish'),
    });
    expect((await runPython(made.sandbox, nothing)).exitCode).toBe(0);
    expect(made.sandbox.tier).toBe(`e2b:${await templateName(size)}`);
    const [build, ...others] = builds.values();
    expect(others).toEqual([]);
    expect(build?.asked).toMatchObject({ cpuCount: 2, memoryMB: 1536 });
    const copied = build?.steps.filter(({ type }) => type === 'COPY').map(({ args: [source] }) => source);
    expect(copied).toEqual(['uv.lock', 'pyproject.toml']);
    expect(uploads.size).toBe(2);
    expect(locks.get(await templateName(size))).toBe(await lockHash());
    await using later = await e2bForTests({ server: made.server, template: undefined, size });
    await later.sandbox.warm();
    expect(builds.size).toBe(1);
  });

  test('that cannot be built is a refusal', async () => {
    await using made = await e2bForTests({ template: undefined, size });
    made.server.templates.failBuilds = 'no space for this build';
    await expect(made.sandbox.warm()).rejects.toMatchObject({
      code: 'SANDBOX_UNAVAILABLE',
      message: expect.stringMatching(/no space for this build/),
    });
  });

  test.each(['unknown', 'of-another-version'])(
    '%s is refused with the command that publishes it',
    async (template) => {
      await using made = await e2bForTests({ template });
      made.server.templates.locks.set('of-another-version', '0123456789ab');
      await expect(runPython(made.sandbox, nothing)).rejects.toMatchObject({
        code: 'SANDBOX_UNAVAILABLE',
        message: expect.stringContaining('npx aliquot sandbox publish'),
      });
      expect(made.server.boxes.all()).toEqual([]);
    },
  );
});
