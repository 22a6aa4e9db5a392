import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalog } from '#catalog.ts';
import type { RunProof } from '#contract/proof.ts';
import { dataset } from '#domains/dataset/table.ts';
import { modelRun } from '#domains/model-run/table.ts';
import { decodeId } from '#ids.ts';
import { createTestApp, type TestApp } from '../harness.ts';

/** biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what the tests assert */
type Run = any;

const RUN = `id algorithm label status score members { algorithm weight }
  proof { datasetSha256 tableSha256 foldsSha256 predictionsSha256 planSha256 lockSha256 runnerSha256 seed machine
    libraries record }
  verification { status proved score difference bitEqual tolerance reason environmentDifferences checkedAt
    progress { fraction } failure { code message } }`;
const algorithms = catalog.algorithms
  .filter(({ tasks }) => tasks.includes('BINARY_CLASSIFICATION'))
  .map(({ key }) => key);
const everything = [...new Set([...algorithms, 'ensemble'])];

const lines = Array.from({ length: 150 }, (_, row) => {
  const [a, b] = [(row * 37) % 101, (row * 53) % 97];
  return `${a},${b},${['red', 'green', 'blue'][row % 3]},${a + (row % 3) * 20 - b > 15 ? 'yes' : 'no'}`;
});

const root = fileURLToPath(new URL('../..', import.meta.url));
let app: TestApp;
let runs: Run[];
beforeAll(async () => {
  app = await createTestApp({ worker: true });
  await app.ports.sandbox.warm();
  const experimentId = await trained('colours.csv', `a,b,colour,bright\n${lines.join('\n')}\n`, everything);
  const { data } = await app.query(
    `query ($id: ID!) { node(id: $id) { ... on Experiment { leaderboard { nodes { ${RUN} } } } } }`,
    { id: experimentId },
  );
  runs = data.node.leaderboard.nodes;
}, 240_000);
afterAll(() => app.close());

/** The experiment, when its training has ended. */
async function trained(fileName: string, content: string, wished: string[]): Promise<string> {
  const datasetId = await app.dataset(fileName, content);
  const question = { datasetId, target: 'bright', metric: 'log_loss' };
  const { experiment } = await app.mutate('createExperiment', question, '{ experiment { id version } }');
  const { id: experimentId, version } = experiment;
  const settings = { algorithms: wished, tuning: 'NONE', budgetSeconds: 120, folds: 2 };
  const asked = { experimentId, version, settings };
  expect(await app.mutate('updateExperiment', asked, '{ experiment { id } }')).toMatchObject({
    experiment: {},
  });
  await app.mutate('startTraining', { experimentId }, '{ experiment { id } }');
  await app.collect('subscription ($id: ID!) { experimentEvents(experimentId: $id) { __typename } }', {
    id: experimentId,
  });
  return experimentId;
}

const verify = (modelRunId: string, token?: string) =>
  app.mutate('verifyModelRun', { modelRunId }, '{ modelRun { id verification { status } } }', token);
const read = async (id: string): Promise<Run> =>
  (await app.query(`query ($id: ID!) { node(id: $id) { ... on ModelRun { ${RUN} } } }`, { id })).data.node;
const runOf = (algorithm: string): Run => runs.find((run) => run.algorithm === algorithm);

/** Asks for a verification and waits for its end. */
async function verified(id: string): Promise<Run> {
  expect(await verify(id)).toMatchObject({ __typename: 'VerifyModelRunSuccess', modelRun: { id } });
  return expect
    .poll(async () => (await read(id)).verification.checkedAt, { timeout: 60_000, interval: 200 })
    .not.toBeNull()
    .then(async () => (await read(id)).verification);
}

/** Changes the record of a run behind the server's back, for the time of `work`. */
async function tampered(id: string, change: (proof: RunProof) => void, work: () => Promise<void>) {
  const where = eq(modelRun.id, decodeId('ModelRun', id));
  const [row] = await app.ports.db.select().from(modelRun).where(where);
  const proof = structuredClone(row?.proof);
  if (!row || !proof) throw new Error('there is no record to change');
  change(proof);
  await app.ports.db.update(modelRun).set({ proof }).where(where);
  try {
    await work();
  } finally {
    await app.ports.db.update(modelRun).set({ proof: row.proof }).where(where);
  }
}

/** `aliquot verify` in a process of its own: its exit code and what it prints. */
const command = (id: string, ...flags: string[]): Promise<[number, string]> =>
  new Promise((resolve) => {
    const args = ['--import', 'tsx', 'src/cli/main.ts', 'verify', id, '--server', app.url, ...flags];
    const child = execFile(process.execPath, args, { cwd: root }, (_error, stdout) =>
      resolve([child.exitCode ?? -1, stdout]),
    );
  });

describe('verifyModelRun', () => {
  test('proves every algorithm and the ensemble, bit by bit', async () => {
    expect(runs.map(({ algorithm }) => algorithm).sort()).toEqual([...everything].sort());
    for (const { id, algorithm, score } of runs) {
      expect([algorithm, await verified(id)]).toEqual([
        algorithm,
        {
          ...{ status: 'SUCCEEDED', proved: true, score, difference: 0, bitEqual: true, tolerance: 1e-9 },
          ...{ reason: null, environmentDifferences: [], failure: null, checkedAt: expect.any(String) },
          progress: null,
        },
      ]);
    }
  }, 300_000);

  test('shows what a run was computed from', () => {
    const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
    const { proof, members } = runOf('ensemble');
    expect(proof).toEqual({
      ...{ datasetSha256: sha256, tableSha256: sha256, foldsSha256: sha256, predictionsSha256: sha256 },
      ...{ planSha256: sha256, lockSha256: sha256, runnerSha256: sha256, seed: 0 },
      machine: expect.any(String),
      libraries: expect.objectContaining({ lightgbm: expect.any(String), python: expect.any(String) }),
      record: expect.objectContaining({
        question: expect.objectContaining({ metric: 'log_loss', seed: 0, budgetSeconds: 120 }),
      }),
    });
    const trials: RunProof['trials'] = proof.record.proof.trials;
    expect(trials.map(({ algorithm }) => algorithm)).toEqual(
      expect.arrayContaining(members.map((member: { algorithm: string }) => member.algorithm)),
    );
    expect(runOf('lightgbm').proof.record.proof.trials[0].folds[0]).toMatchObject({
      ...{
        fold: 0,
        threads: 1,
        decided: { rounds: expect.any(Number), learning_rate: expect.any(Number), whole: true },
      },
    });
  });

  test('folds of rows in order of time and of groups are drawn as of any others: that is told only', async () => {
    const rows = lines.map((line, row) => {
      const day = new Date(Date.UTC(2024, 0, 1 + row)).toISOString().slice(0, 10);
      return `${day},shop ${Math.floor(row / 5)},${line}`;
    });
    const content = `day,shop_id,a,b,colour,bright\n${rows.join('\n')}\n`;
    const id = await trained('days.csv', content, ['decision_tree']);
    const { data } = await app.query(
      `query ($id: ID!) { node(id: $id) { ... on Experiment {
        analysis { structure { timeOrder { column } groups { column } } issues { code column fixAction { kind step } } }
        leaderboard { nodes { scoreBasis metrics { basis } proof { foldsSha256 record } } } } } }`,
      { id },
    );
    const { analysis, leaderboard } = data.node;
    expect(analysis.structure).toEqual({ timeOrder: { column: 'day' }, groups: [{ column: 'shop_id' }] });
    const fixAction = { kind: 'CHECK', step: null };
    for (const issue of [
      { code: 'TIME_ORDERED', column: 'day', fixAction },
      { code: 'GROUPED_ROWS', column: 'shop_id', fixAction },
    ])
      expect(analysis.issues).toContainEqual(issue);
    // the same target, seed and number of folds as the table that has neither
    const [{ scoreBasis, metrics, proof }] = leaderboard.nodes;
    const other = runOf('decision_tree').proof;
    expect(proof.foldsSha256).toBe(other.foldsSha256);
    expect(proof.record.question.folds).toEqual(other.record.question.folds);
    expect(scoreBasis).toBe('OUT_OF_FOLD');
    expect(new Set(metrics.map(({ basis }: { basis: string }) => basis))).toEqual(new Set(['OUT_OF_FOLD']));
  }, 120_000);

  test('does not prove a record that was changed', async () => {
    const { id } = runOf('decision_tree');
    const shallow = (proof: RunProof) => {
      for (const trial of proof.trials) trial.parameters.max_depth = 1;
    };
    await tampered(id, shallow, async () => {
      expect(await verified(id)).toMatchObject({
        ...{ status: 'SUCCEEDED', proved: false, bitEqual: false },
        reason: expect.stringMatching(/ was recorded, .* came out\.$/),
      });
    });
    const otherFolds = (proof: RunProof) => {
      proof.foldsSha256 = '0'.repeat(64);
    };
    await tampered(id, otherFolds, async () => {
      expect(await verified(id)).toMatchObject({
        ...{ proved: false, bitEqual: false, difference: 0 },
        reason: 'The folds are other ones than those that were recorded.',
      });
    });
    const betterScore = (proof: RunProof) => {
      const [fold] = proof.trials[0]?.folds ?? [];
      if (fold) fold.score *= 0.99;
    };
    await tampered(id, betterScore, async () => {
      expect(await verified(id)).toMatchObject({ proved: false });
    });
  }, 120_000);

  test('says what is not as it was, and allows for it', async () => {
    const { id } = runOf('decision_tree');
    const older = (proof: RunProof) => {
      proof.libraries = { ...proof.libraries, 'scikit-learn': '1.0' };
      proof.machine = 'abacus';
    };
    await tampered(id, older, async () => {
      expect(await verified(id)).toMatchObject({
        ...{ proved: true, bitEqual: true, tolerance: 0.01 },
        environmentDifferences: [
          expect.stringMatching(/^scikit-learn: 1\.0, now /),
          expect.stringMatching(/^machine: abacus, now /),
        ],
      });
    });
  }, 60_000);

  test('refuses another owner, a run without a record and a table that has changed', async () => {
    const { id } = runOf('linear');
    const path = ['input', 'modelRunId'];
    const token = await app.otherOwner();
    expect(await verify(id, token)).toMatchObject({ code: 'MODEL_RUN_NOT_FOUND', path });

    const where = eq(modelRun.id, decodeId('ModelRun', id));
    const [row] = await app.ports.db.select().from(modelRun).where(where);
    await app.ports.db.update(modelRun).set({ proof: null }).where(where);
    expect(await read(id)).toMatchObject({ proof: null });
    expect(await verify(id)).toMatchObject({ code: 'RUN_NOT_RECORDED', path });
    await app.ports.db.update(modelRun).set({ proof: row?.proof, status: 'FAILED' }).where(where);
    expect(await verify(id)).toMatchObject({ code: 'RUN_NOT_FINISHED', path });
    await app.ports.db.update(modelRun).set({ status: 'SUCCEEDED' }).where(where);

    const ofTable = eq(dataset.id, row?.datasetId ?? '');
    const [table] = await app.ports.db.select().from(dataset).where(ofTable);
    const columns = (table?.columns ?? []).map((column) => ({ ...column, type: 'category' as const }));
    await app.ports.db.update(dataset).set({ columns }).where(ofTable);
    expect(await verify(id)).toMatchObject({ code: 'DATASET_CHANGED', path });
    await app.ports.db
      .update(dataset)
      .set({ columns: table?.columns ?? null })
      .where(ofTable);
  });
});

describe('aliquot verify', () => {
  test('ends with 0 where a run is proved, with 1 where it is not', async () => {
    const { id, label, score } = runOf('decision_tree');
    const proved = { proved: true, score, bitEqual: true, difference: 0, tolerance: 1e-9, reason: null };
    const [status, document] = await command(id, '--json');
    expect([status, JSON.parse(document)]).toEqual([
      0,
      {
        run: { id, label, metric: 'log_loss', score },
        verification: { ...proved, environmentDifferences: [] },
        server: app.url,
      },
    ]);
    const deeper = (proof: RunProof) => {
      for (const trial of proof.trials) trial.parameters.max_depth = 1;
    };
    await tampered(id, deeper, async () => {
      const [status, text] = await command(id);
      expect(status).toBe(1);
      expect(text).toMatch(/^Decision Tree, log_loss [\d.]+: NOT proved\n {2}largest difference /);
    });
  }, 120_000);
});
