import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RUNNER_PROTOCOL } from '#contract/runner.ts';
import type { RunnerMessage } from '#contract/runner-messages.ts';
import { runRunner } from '#runner.ts';
import { column, folds, LABELS, limits, mebibyte, openWorkbench, type Workbench } from './workbench.ts';

const run = promisify(execFile);
let bench: Workbench;
beforeAll(async () => {
  bench = await openWorkbench();
  await bench.sandbox.warm();
});
afterAll(() => bench?.close());

const honest = `
def fit(train, target):
    assert list(train.columns) == ["one", "two", "city"], list(train.columns)
    share = (target == "${LABELS[1]}").groupby(train["city"]).mean()
    return {"mean": train["one"].mean(), "spread": train["one"].std(), "share": share.to_dict()}

def transform(rows, state):
    return rows.assign(
        one=(rows["one"] - state["mean"]) / state["spread"],
        share=rows["city"].map(state["share"]).astype(float),
    )
`;

test('an honest step gives what it gives in one process', async () => {
  const { train, validation } = await bench.fold(honest);
  expect(train.meta).toEqual({
    rows: folds[0].train.length,
    columns: [
      { name: 'one', categories: null },
      { name: 'two', categories: null },
      { name: 'city', categories: ['Basel', 'Graz', 'Lyon', 'Turin'] },
      { name: 'share', categories: null },
    ],
  });
  expect(validation.meta).toEqual({ ...train.meta, rows: folds[0].validation.length });

  const code = join(bench.directory, 'honest.py');
  writeFileSync(code, honest);
  const program = `
import json, runpy, sys
import pandas
code = runpy.run_path(sys.argv[1])
table = pandas.read_csv(sys.argv[2]).drop(columns="key")
target = table.pop("sold")
held = table.index % 3 == 0
state = code["fit"](table[~held], target[~held])
parts = [code["transform"](table[rows], state) for rows in (~held, held)]
print(json.dumps([json.loads(part.to_json(orient="values", double_precision=15)) for part in parts]))
`;
  const table = join(bench.directory, 'table.csv');
  const { stdout } = await run(bench.interpreter, ['-I', '-c', program, code, table]);
  const vocabulary = train.meta.columns[2]?.categories ?? [];
  const expected = (JSON.parse(stdout) as (number | string | null)[][][]).map((rows) =>
    rows
      .flat()
      .map((value) =>
        Math.fround(typeof value === 'string' ? vocabulary.indexOf(value) : (value ?? Number.NaN)),
      ),
  );
  expect([[...train.values], [...validation.values]]).toEqual(expected);
});

test('nothing that a job learns or leaves reaches another one', async () => {
  const found = await Promise.all([bench.fold(hoarder), bench.fold(hoarder, { fold: 1 })]);
  const after = await bench.fold(hoarder);
  for (const { train, validation } of [...found, after]) {
    for (const name of ['files', 'modules', 'variables', 'labels', 'target', 'times']) {
      expect([name, new Set(column(train, name)), new Set(column(validation, name))]).toEqual([
        name,
        new Set([0]),
        new Set([0]),
      ]);
    }
  }
});

/** Leaves labels wherever it can, and tells as columns what it found of them when it was loaded. */
const hoarder = `
import builtins, glob, json, os, socket, sys, time
import numpy
PLACES = [".", "out", "tmp", "/tmp", "/var/tmp", "/dev/shm", "/run", "/job", ".."]
MARK = "hoard"
WATCHED = [path for path in ("/usr/lib/os-release", numpy.__file__, json.__file__) if os.path.exists(path)]

def look():
    texts = []
    for path in glob.glob("in/*"):
        if not path.endswith("code.py"):
            texts.append(open(path, "rb").read())
    state = b"".join(texts)
    return {
        "files": sum(os.path.exists(f"{place}/{MARK}") for place in PLACES),
        "modules": sum(os.path.abspath(m.__file__ or "").startswith(os.getcwd() + "/") for n, m in list(sys.modules.items())
                       if n in ("json", "numpy", "pandas") and hasattr(m, "__file__")),
        "variables": int(hasattr(builtins, MARK) or hasattr(json, MARK) or MARK in os.environ),
        "labels": int(os.path.exists("in/state.bin") and b"label-of" in state),
        "target": int(os.path.exists("in/state.bin") and b"sold" in state),
        "times": sum(os.stat(path).st_mtime == 1234567890 for path in WATCHED),
    }

FOUND = look()

def leave(target):
    for place in PLACES:
        for name in (MARK, "json.py", "numpy.py", "pandas.py", "sitecustomize.py"):
            try:
                with open(f"{place}/{name}", "w") as file:
                    file.write("raise SystemExit('taken over')")
            except OSError:
                pass
    for path in WATCHED:
        try:
            os.utime(path, (1234567890, 1234567890))
        except OSError:
            pass
    setattr(builtins, MARK, list(target))
    setattr(json, MARK, list(target))
    os.environ[MARK] = ",".join(target)
    if os.fork() == 0:
        os.setsid()
        time.sleep(300)

def fit(train, target):
    leave(target)
    return None

def transform(rows, state):
    return rows[["one"]].assign(**FOUND)
`;

test('a job that learns nothing but the labels has nothing to show for rows without them', async () => {
  const cache = `
KEPT = {}
def fit(train, target):
    KEPT["labels"] = (target == "${LABELS[1]}").astype(float)
def transform(rows, state):
    labels = KEPT.get("labels")
    return rows[["one"]].assign(label=0.5 if labels is None else labels)
`;
  await expect(bench.fold(cache)).rejects.toMatchObject({
    code: 'CODE_CONTRACT',
    message: expect.stringContaining('another value than in training in the column “label”'),
  });
});

test.each([
  ['its place', 'rows.assign(one=range(len(rows)))'],
  ['the rows before it', 'rows.assign(one=rows["one"].cumsum())'],
  ['its neighbour', 'rows.assign(one=rows["one"].shift(1, fill_value=0))'],
  ['its batch', 'rows.assign(one=rows["one"] - rows["one"].mean())'],
  ['the size of its batch', 'rows.assign(one=len(rows))'],
  [
    'earlier calls',
    'rows.assign(one=rows["one"] + CALLS.append(1) if CALLS else CALLS.append(1) or rows["one"])',
  ],
  ['chance', 'rows.assign(one=numpy.random.rand(len(rows)))'],
  ['the other rows of its value', 'rows.assign(one=rows.groupby("city")["one"].transform("count"))'],
])('a row that depends on %s is refused', async (_, answer) => {
  const code = `
import numpy
class Calls(list):
    def append(self, item):
        super().append(item)
        return len(self)
CALLS = Calls()
def fit(train, target):
    return None
def transform(rows, state):
    rows = rows.copy()
    return ${answer}
`;
  await expect(bench.fold(code)).rejects.toMatchObject({
    code: expect.stringMatching(/^CODE_(CONTRACT|FAILED)$/),
    message: expect.stringMatching(/gives the same row another value .* in the column “one”|code 1/),
  });
});

test('sorting or dropping rows is refused', async () => {
  const sorting =
    'def fit(t, y):\n    pass\ndef transform(rows, state):\n    return rows.sort_values("one")\n';
  await expect(bench.fold(sorting)).rejects.toMatchObject({ code: 'CODE_CONTRACT' });
  const dropping = 'def fit(t, y):\n    pass\ndef transform(rows, state):\n    return rows.dropna()\n';
  await expect(bench.fold(dropping)).rejects.toMatchObject({
    code: 'CODE_FAILED',
    message: expect.stringContaining('one row for each row'),
  });
});

test('what custom code says and changes reaches neither the events nor the scores', async () => {
  const before = await trained();
  const events = bench.heard.length;
  const forged = JSON.stringify({ type: 'bestChanged', algorithm: 'linear', score: 1 });
  const { validation } = await bench.fold(`
import os, sys
import sklearn.metrics, numpy
def forge():
    for name in dir(sklearn.metrics):
        if name.endswith(("score", "loss", "error")):
            setattr(sklearn.metrics, name, lambda *a, **k: 1.0)
    for descriptor in range(1, 64):
        try:
            os.write(descriptor, b'${forged}\\n')
        except OSError:
            pass
    for parent in ("/proc/self/fd/3", f"/proc/{os.getppid()}/fd/3"):
        try:
            open(parent, "w").write('${forged}\\n')
        except OSError:
            pass
forge()
def fit(train, target):
    forge()
def transform(rows, state):
    forge()
    return rows[["one"]]
`);
  expect(validation.meta.columns).toEqual([{ name: 'one', categories: null }]);
  expect(bench.heard.slice(events)).toEqual([]);
  expect(await trained()).toEqual(before);
});

/** Everything that a training says about its one model, but for times. */
async function trained() {
  const messages: RunnerMessage[] = [];
  const { table, sandbox, work } = bench;
  await runRunner(sandbox, {
    owner: 'test',
    spec: {
      ...{ kind: 'train', protocol: RUNNER_PROTOCOL, data: 'in/data.parquet', columns: table.columns },
      ...{ target: table.target, taskType: 'BINARY_CLASSIFICATION', metric: 'roc_auc', steps: [] },
      ...{ algorithms: ['decision_tree'], folds: { count: 2, seed: 1 }, seed: 1, tuning: 'NONE' },
      ...{ budgetSeconds: 60, maxTrials: null, threads: 1, memoryBytes: limits.memoryBytes },
    },
    inputs: [{ name: 'data.parquet', path: table.parquet }],
    limits: { ...limits, diskBytes: 256 * mebibyte },
    collectInto: work,
    signal: AbortSignal.timeout(60_000),
    onMessage: (message) => messages.push(message),
  });
  const [finished] = messages.filter(({ type }) => type === 'runFinished');
  if (finished?.type !== 'runFinished') throw new Error('nothing was trained');
  const { score, metrics, foldScores, confusionMatrix } = finished;
  return { score, metrics, foldScores, confusionMatrix };
}

test('a state that takes over whoever unpickles it takes over a job that has nothing', async () => {
  const mark = join(bench.directory, 'unpickled');
  const { train, state } = await bench.fold(`
class Bomb:
    def __reduce__(self):
        return (exec, ("exploded = True\\ntry: open('${mark}', 'w')\\nexcept OSError: pass", globals()))
def fit(train, target):
    return Bomb()
def transform(rows, state):
    return rows[["one"]]
`);
  expect(column(train, 'one')).toHaveLength(folds[0].train.length);
  expect(readFileSync(state, 'latin1')).toContain('exploded');
  expect(readdirSync(bench.directory)).not.toContain('unpickled');
});

test.each([
  ['a pipe', 'os.mkfifo("out/matrix.f32")'],
  ['a symbolic link', 'os.symlink("/etc/passwd", "out/matrix.f32")'],
  ['a second name', 'open("tmp/a", "wb").write(bytes(8 * 80)); os.link("tmp/a", "out/matrix.f32")'],
  ['a directory', 'os.mkdir("out/matrix.f32")'],
  ['nothing', 'None'],
  ['a file of another size', 'open("out/matrix.f32", "wb").truncate(1 << 20)'],
])('%s in place of the values is refused', async (_, act) => {
  const code = `
import json, os
def fit(train, target):
    meta = {"rows": len(train), "columns": [{"name": "one", "categories": None}]}
    open("out/matrix.json", "w").write(json.dumps(meta))
    open("out/state.bin", "wb").write(b"x")
    try:
        ${act}
    except OSError as fault:
        print(fault)
    os._exit(0)
`;
  await expect(bench.fold(code)).rejects.toMatchObject({
    code: 'CODE_CONTRACT',
    message: expect.stringMatching(/^The values of the code have (no|\d+) bytes, not 320\.$/),
  });
});

test('limits and failures are told by their name', async () => {
  const code = (body: string) =>
    `import time\ndef fit(train, target):\n    ${body}\ndef transform(rows, state):\n    return rows\n`;
  const outcomes = await Promise.allSettled([
    bench.fold(code('time.sleep(600)'), { wallSeconds: 2 }),
    bench.fold(code('keep = [bytearray(1 << 26) for _ in range(99)]')),
    bench.fold(code('open("out/state.bin", "wb").write(bytes(200 << 20))')),
    bench.fold(code('raise ValueError("no such city")')),
    bench.fold('def broken(:'),
  ]);
  const told = outcomes.map((outcome) =>
    outcome.status === 'rejected' ? [outcome.reason.code, outcome.reason.message] : outcome,
  );
  expect(told).toEqual([
    ['SANDBOX_LIMIT', 'The code was ended at its limit of wall.'],
    ['SANDBOX_LIMIT', 'The code was ended at its limit of memory.'],
    [
      expect.stringMatching(/^(SANDBOX_LIMIT|CODE_FAILED)$/),
      expect.stringMatching(/limit of disk|File too large/),
    ],
    ['CODE_FAILED', expect.stringContaining('ValueError: no such city')],
    ['CODE_FAILED', expect.stringContaining('SyntaxError')],
  ]);
});

test('leaves nothing on the disk but the states, which the caller keeps', () => {
  const left = readdirSync(bench.work).filter((name) => !/^state-[0-9a-f-]{36}\.bin$/.test(name));
  // the files of the trained model
  expect(left.filter((name) => !name.startsWith('decision_tree'))).toEqual([]);
});
