import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readEnv, settingNames } from '#env.ts';

const example = await readFile('.env.example', 'utf8');
const assignments = [...example.matchAll(/^# ([A-Z0-9_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [
  name,
  value,
]);

test('.env.example shows every setting once, commented out', () => {
  expect(assignments.map(([name]) => name).sort()).toEqual([...settingNames].sort());
  expect(example).not.toMatch(/^[^#\n]/m);
});

test('the values of .env.example can be used', () => {
  expect(() => readEnv(Object.fromEntries(assignments))).not.toThrow();
});
