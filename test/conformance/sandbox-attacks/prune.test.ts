import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { localForTests, runPython } from './workbench.ts';

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
const hash = (letter: string) => letter.repeat(16);

test('what no server has used for long is removed from the cache, and nothing else', async () => {
  await using first = await localForTests();
  const { cacheDirectory } = first;
  const age = (path: string, days: number) =>
    utimesSync(join(cacheDirectory, path), daysAgo(days), daysAgo(days));
  const directory = (name: string, days: number) => {
    mkdirSync(join(cacheDirectory, name));
    age(name, days);
  };
  const environment = (name: string, days: number, isNamed: boolean) => {
    mkdirSync(join(cacheDirectory, name, 'bin'), { recursive: true });
    writeFileSync(join(cacheDirectory, name, '.finished'), '');
    age(join(name, '.finished'), days);
    const record = { interpreter: join(cacheDirectory, name, 'bin/python') };
    if (isNamed) writeFileSync(join(cacheDirectory, `${name.slice(0, 23)}.json`), JSON.stringify(record));
  };
  await first.sandbox.warm();
  const [used = ''] = readdirSync(cacheDirectory).filter((name) => name.startsWith('runner-'));
  age(used, 90);
  directory(`runner-${hash('a')}`, 3);
  directory(`runner-${hash('b')}`, 0.5);
  directory(`runner-${hash('c')}.draft-of-a-killed-server`, 3);
  directory('runner-of-somebody-else', 90);
  directory('postgres-18', 90);
  environment(`python-${hash('a')}-3.11-0a`, 40, true);
  environment(`python-${hash('b')}-3.11-0b`, 20, true);
  environment(`python-${hash('b')}-3.11-0c`, 20, false);
  directory(`python-${hash('d')}-3.11-0d`, 90); // not finished

  // of another version, so that only the first one uses that copy
  const second = await localForTests({ cacheDirectory, packageName: 'library_runner' });
  const before = new Set(readdirSync(cacheDirectory));
  await second.sandbox.warm();
  await second.sandbox.close();
  const own = readdirSync(cacheDirectory).filter((name) => !before.has(name));
  expect(own).toEqual([expect.stringMatching(/^runner-[0-9a-f]{16}$/)]);
  expect(readdirSync(cacheDirectory).sort()).toEqual(
    [
      ...own,
      ...[used, `runner-${hash('b')}`, 'runner-of-somebody-else', 'postgres-18', 'work'],
      ...[`python-${hash('b')}-3.11-0b`, `python-${hash('b')}.json`, `python-${hash('d')}-3.11-0d`],
    ].sort(),
  );
  expect(await runPython(first.sandbox, 'def main(arguments):\n    print("still")\n')).toMatchObject({
    output: 'still\n',
  });
  await second[Symbol.asyncDispose]();
});
