import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api';
import { expect, test } from 'vitest';
import * as events from '#adapters/events/table.ts';
import * as account from '#domains/account/table.ts';
import * as analysis from '#domains/analysis/table.ts';
import * as dataset from '#domains/dataset/table.ts';
import * as experiment from '#domains/experiment/table.ts';
import * as modelRun from '#domains/model-run/table.ts';
import * as preprocessing from '#domains/preprocessing/table.ts';
import * as storedObject from '#domains/stored-object/table.ts';
import * as verification from '#domains/verification/table.ts';

const snapshots = fileURLToPath(new URL('../../drizzle/meta', import.meta.url));

test('the migrations lead to the tables as they are declared', async () => {
  const last = readdirSync(snapshots)
    .filter((name) => name.endsWith('_snapshot.json'))
    .sort()
    .at(-1);
  const migrated = JSON.parse(readFileSync(`${snapshots}/${last}`, 'utf8'));
  const tables = {
    ...events,
    ...account,
    ...storedObject,
    ...dataset,
    ...analysis,
    ...preprocessing,
    ...experiment,
    ...modelRun,
    ...verification,
  };
  expect(await generateMigration(migrated, generateDrizzleJson(tables, migrated.id))).toEqual([]);
});
