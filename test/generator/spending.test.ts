import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '#db.ts';
import { account } from '#domains/account/table.ts';
import { spending } from '#domains/preprocessing/spending.ts';
import { generationSpend } from '#domains/preprocessing/table.ts';
import { newId } from '#ids.ts';
import type { Reservation } from '#ports/generator.ts';
import { seeds } from '../api/seed.ts';
import { testDatabase } from '../harness.ts';

const caps = { microUsdPerJob: 500_000, microUsdPerDay: 2_000_000 };

let database: Awaited<ReturnType<typeof testDatabase>>;
let connections: ReturnType<typeof openDatabase>[];
/** As two processes of one installation have them. */
let purses: ReturnType<typeof spending>[];
let ownerId: string;

beforeAll(async () => {
  database = await testDatabase();
  connections = [openDatabase(database.url), openDatabase(database.url)];
  purses = connections.map(({ db }) => spending({ db, ...caps }));
});

afterAll(async () => {
  for (const connection of connections) await connection.close();
  await database.drop();
});

beforeEach(async () => {
  ownerId = newId();
  await db().insert(account).values({ id: ownerId, kind: 'MEMBER', name: 'payer' });
});

const db = () => (connections[0] as (typeof connections)[number]).db;
const purse = (index = 0) => purses[index % 2] as (typeof purses)[number];

async function job() {
  const seed = seeds(db(), ownerId);
  const datasetId = await seed.dataset();
  return { ownerId, preprocessingId: await seed.preprocessing(datasetId, await seed.analysis(datasetId)) };
}

const exactly = (microUsd: number) => ({ least: microUsd, most: microUsd });

/** Lets a row seem so many minutes older. */
async function age(minutes: number) {
  await db()
    .update(generationSpend)
    .set({ createdAt: sql`${generationSpend.createdAt} - make_interval(mins => ${minutes})` })
    .where(eq(generationSpend.ownerId, ownerId));
}

test('twenty jobs at once, in two processes, spend no more than the account may', async () => {
  const jobs = await Promise.all(Array.from({ length: 20 }, job));
  const reservations = await Promise.all(
    jobs.map((payer, index) => purse(index).reserve(payer, exactly(300_000))),
  );
  const granted = reservations.filter((reservation) => reservation !== null);
  expect(granted.map(({ microUsd }) => microUsd)).toEqual(Array(6).fill(300_000));
  expect(await purse(1).room(await job())).toBe(200_000);
  await Promise.all(granted.map((reservation) => reservation.settle(10_000)));
  expect(await purse().room(await job())).toBe(500_000);
  expect(await purse().room(jobs[reservations.findIndex(Boolean)] ?? (await job()))).toBe(490_000);
});

test('calls of one job at once spend no more than the job may', async () => {
  const payer = await job();
  const reservations = await Promise.all(
    Array.from({ length: 20 }, (_, index) => purse(index).reserve(payer, exactly(120_000))),
  );
  expect(reservations.filter(Boolean)).toHaveLength(4);
  expect(await purse().room(payer)).toBe(20_000);
});

test('a reservation takes what is left, if that is enough', async () => {
  const payer = await job();
  await purse().reserve(payer, exactly(350_000));
  const rest = (await purse().reserve(payer, { least: 100_000, most: 400_000 })) as Reservation;
  expect(rest.microUsd).toBe(150_000);
  expect(await purse().reserve(payer, { least: 1, most: 400_000 })).toBeNull();
});

test('other accounts have caps of their own', async () => {
  const jobs = await Promise.all(Array.from({ length: 4 }, job));
  for (const payer of jobs) await purse().reserve(payer, exactly(500_000));
  expect(await purse().room(await job())).toBe(0);
  const other = newId();
  await db().insert(account).values({ id: other, kind: 'MEMBER', name: 'other' });
  ownerId = other;
  expect(await purse().room(await job())).toBe(500_000);
});

test('what a crashed process reserved expires after an hour, what was spent after a day', async () => {
  const crashed = await job();
  await purse().reserve(crashed, exactly(400_000));
  const paid = await job();
  await (await purse().reserve(paid, exactly(500_000)))?.settle(450_000.2);
  await age(59);
  expect([await purse().room(crashed), await purse().room(paid)]).toEqual([100_000, 49_999]);
  await age(2);
  expect([await purse().room(crashed), await purse().room(paid)]).toEqual([500_000, 49_999]);
  for (let other = 0; other < 3; other += 1)
    await (await purse().reserve(await job(), exactly(500_000)))?.settle(500_000);
  expect(await purse().room(await job())).toBe(49_999);
  await age(23 * 60);
  // a job has one cap for its whole life
  expect([await purse().room(await job()), await purse().room(paid)]).toEqual([500_000, 49_999]);
});
