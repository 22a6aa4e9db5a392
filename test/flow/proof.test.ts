import { eq, sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { modelRun } from '#domains/model-run/table.ts';
import { decodeId } from '#ids.ts';
import { createTestApp } from '../harness.ts';
import { all, connect, type FlowClient, PROVED } from './client.ts';
import { installation } from './installation.ts';
import { asItIs, planned, start, withCode } from './own-code.ts';

const CASE_MILLISECONDS = 600_000;
const SCORED_BEFORE = 8;

const FOLDS = `subscription ($id: ID!) { experimentEvents(experimentId: $id) { __typename
  ... on FoldScored { modelRun { id } trial fold } ... on LogWritten { message } } }`;
type Told = {
  __typename: string;
  modelRun?: { id: string };
  trial?: number;
  fold?: number;
  message?: string;
};

/** What is told of an experiment, until so many folds are scored or it has ended. */
async function told(client: FlowClient, id: string, most = Number.POSITIVE_INFINITY) {
  const folds: string[] = [];
  const messages: string[] = [];
  for await (const { experimentEvents: event } of client.subscribe<{ experimentEvents: Told }>(FOLDS, {
    id,
  })) {
    if (event.message) messages.push(event.message);
    if (event.__typename === 'FoldScored') folds.push(`${event.modelRun?.id} ${event.trial} ${event.fold}`);
    if (folds.length === most) break;
  }
  return { folds, messages };
}

test('a training through code of its own, taken over after a kill -9: no fold twice, each run proved', {
  timeout: CASE_MILLISECONDS,
}, async ({ onTestFinished }) => {
  const app = await createTestApp();
  const place = await installation(app.database.url, { TRAINING_THREADS: '1', DATA_DIR: app.directory });
  onTestFinished(async () => {
    await place.close();
    await app.close();
  });
  const { db } = app.ports;
  const first = await place.worker();
  const client = connect(app.url);
  const plan = await planned(client);
  const algorithms = ['random_forest', 'ensemble'];
  const wishes = { algorithms, tuning: 'RANDOM', maxTrials: 6, budgetSeconds: 600 };
  const id = await start(client, plan, await withCode(app, plan, asItIs), wishes);
  const before = await told(client, id, SCORED_BEFORE);
  await first.end('SIGKILL');
  // instead of waiting until the heartbeat is found silent
  await db.execute(
    sql`update pgboss.job set heartbeat_on = heartbeat_on - interval '1 minute' where state = 'active'`,
  );
  await place.worker();
  await all(client.events(id));
  const { folds, messages } = await told(client, id);
  expect(folds.slice(0, SCORED_BEFORE)).toEqual(before.folds);
  expect(folds).toHaveLength(new Set(folds).size);
  expect(messages).toContainEqual(expect.stringMatching(/goes on with \d+ s, from .*\d+ folds that were/));

  const { status, failure, leaderboard } = await client.experiment(id);
  expect([status, failure]).toEqual(['SUCCEEDED', null]);
  expect(leaderboard.nodes.map(({ algorithm }) => algorithm).sort()).toEqual([...algorithms].sort());
  for (const { algorithm, ...run } of leaderboard.nodes) {
    expect([algorithm, await client.verify(run.id)]).toEqual([algorithm, PROVED]);
  }

  const { id: forest = '' } = leaderboard.nodes.find(({ algorithm }) => algorithm === 'random_forest') ?? {};
  const where = eq(modelRun.id, decodeId('ModelRun', forest));
  const [row] = await db.select().from(modelRun).where(where);
  if (!row?.proof || !row.preprocessing) throw new Error('there is no record to change');
  const [trial, ...others] = row.proof.trials;
  if (!trial) throw new Error('the record has no trial');
  const coarse = { ...trial, parameters: { ...trial.parameters, min_samples_leaf: 30 } };
  await db
    .update(modelRun)
    .set({ proof: { ...row.proof, trials: [coarse, ...others] } })
    .where(where);
  expect(await client.verify(forest)).toMatchObject({ status: 'SUCCEEDED', proved: false, bitEqual: false });
  const otherCode = { ...row.preprocessing, codeSha256: '0'.repeat(64) };
  await db.update(modelRun).set({ proof: row.proof, preprocessing: otherCode }).where(where);
  expect(await client.verify(forest)).toMatchObject({ status: 'FAILED', failure: { code: 'CODE_CHANGED' } });
});
