import { randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { fileStorage } from '#adapters/storage/file.ts';
import { from, MiB, unlimited } from './storage/samples.ts';
import { writingProcess } from './storage/writing-process.ts';
import { openFiles } from './stores.ts';

describe.each([
  ['plain', []],
  ['encrypted', [randomBytes(32)]],
])('%s files', (_name, encryptionKeys) => {
  const open = () => openFiles({ encryptionKeys });
  const suffix = encryptionKeys.length > 0 ? '~sealed' : '';

  test('can be read by their owner alone, with the directories that they are in', async () => {
    await using made = await open();
    const { resumable } = made.storage;
    await made.storage.put('a/b/c', from('1'), unlimited);
    const uploadId = await resumable.begin('d/e', 10);
    await resumable.append('d/e', uploadId, 0, from('12345'));
    const entries = await readdir(made.files, { recursive: true });
    const modes = await Promise.all(entries.map(async (name) => (await lstat(join(made.files, name))).mode));
    expect(entries.length).toBeGreaterThan(4);
    expect(modes.filter((mode) => mode & 0o077)).toEqual([]);
  });

  test('are not reached through a symbolic link', async () => {
    await using made = await open();
    const { storage, files } = made;
    const refused = { code: 'STORAGE_FAILED', message: expect.stringContaining('symbolic link') };
    const outside = join(made.workDirectory, 'outside');
    const elsewhere = await fileStorage(outside, { workDirectory: made.workDirectory, encryptionKeys });
    await elsewhere.put('secret', from('of another'), unlimited);
    await storage.put('own/file', from('1'), unlimited);
    await symlink(outside, join(files, 'a'));
    await symlink(outside, join(files, 'own', 'deep'));
    await symlink(join(outside, `secret${suffix}`), join(files, 'own', `link${suffix}`));
    await symlink(join(outside, 'new'), join(files, 'own', `dangling${suffix}`));
    for (const key of ['a/secret', 'own/deep/secret', 'own/link', 'own/dangling', 'a', 'a/b/c']) {
      const uploadId = await storage.resumable.begin(key, 1);
      await storage.resumable.append(key, uploadId, 0, from('1'));
      await expect(storage.put(key, from('1'), unlimited), key).rejects.toMatchObject(refused);
      await expect(storage.resumable.finish(key, uploadId), key).rejects.toMatchObject(refused);
      await storage.resumable.abort(key, uploadId);
      await expect(storage.get(key), key).rejects.toMatchObject(refused);
      await expect(storage.get(key, { start: 0, end: 1 }), key).rejects.toMatchObject(refused);
      await expect(storage.size(key), key).rejects.toMatchObject(refused);
      await expect(storage.open(key), key).rejects.toMatchObject(refused);
      await expect(storage.remove(key), key).rejects.toMatchObject(refused);
    }
    const keys: string[] = [];
    for await (const { key } of storage.list()) keys.push(key);
    expect(keys).toEqual(['own/file']);
    expect(await readdir(outside, { recursive: true })).toEqual(['.incoming', `secret${suffix}`].sort());
    expect(String(await buffer(await elsewhere.get('secret')))).toBe('of another');
  });

  test('are not written through a link in place of the unfinished ones', async () => {
    await using made = await open();
    const refused = { code: 'STORAGE_FAILED', message: expect.stringContaining('symbolic link') };
    const { resumable, put } = made.storage;
    const uploadId = await resumable.begin('a/b', 3);
    const incoming = join(made.files, '.incoming');
    const [name = ''] = await readdir(incoming);
    const victim = join(made.workDirectory, 'victim');
    await writeFile(victim, 'content');
    await rename(join(incoming, name), join(made.workDirectory, 'upload'));
    await symlink(victim, join(incoming, name));
    await expect(resumable.append('a/b', uploadId, 0, from('123'))).rejects.toMatchObject(refused);
    await expect(resumable.finish('a/b', uploadId)).rejects.toMatchObject(refused);
    await rename(incoming, join(made.files, 'aside'));
    await symlink(made.workDirectory, incoming);
    await expect(resumable.begin('a/b', 3)).rejects.toMatchObject(refused);
    await expect(put('a/b', from('123'), unlimited)).rejects.toMatchObject(refused);
    expect(String(await readFile(victim))).toBe('content');
    expect((await readdir(made.workDirectory)).sort()).toEqual(['upload', 'victim']);
  });

  test('lie where a link of the operator leads', async () => {
    await using made = await open();
    const [disk, link] = [join(made.workDirectory, 'disk'), join(made.workDirectory, 'link')];
    await mkdir(disk);
    await symlink(disk, link);
    const storage = await fileStorage(link, { workDirectory: made.workDirectory, encryptionKeys });
    await storage.put('a/b', from('123'), unlimited);
    expect(String(await buffer(await storage.get('a/b')))).toBe('123');
    expect(await readdir(join(disk, 'a'))).toEqual([`b${suffix}`]);
  });

  test('are refused before the disk is full', async () => {
    await using made = await open();
    const full = { code: 'STORAGE_FULL' };
    const byteSize = 2 ** 50;
    await expect(made.storage.resumable.begin('a/b', byteSize)).rejects.toMatchObject(full);
    const options = { maxBytes: byteSize, byteSize };
    await expect(made.storage.put('a/b', from('1'), options)).rejects.toMatchObject(full);
    expect(await made.contents()).toEqual([]);
  });

  test('are gone on with by a newer request while an older one hangs', async () => {
    await using made = await open();
    const { resumable } = made.storage;
    const uploadId = await resumable.begin('a/b', 10);
    const hanging = new PassThrough();
    const older = resumable.append('a/b', uploadId, 0, hanging);
    const refused = expect(older).rejects.toMatchObject({ code: 'OFFSET_MISMATCH' });
    expect(await resumable.append('a/b', uploadId, 0, from('01234'))).toBe(5);
    await refused;
    hanging.write('x');
    await resumable.append('a/b', uploadId, 5, from('56789'));
    await resumable.finish('a/b', uploadId);
    expect(String(await buffer(await made.storage.get('a/b')))).toBe('0123456789');
  });

  test('leave nothing when there is no more room, and uploads what they had', async () => {
    await using made = await open();
    const { resumable } = made.storage;
    const bytes = randomBytes(20 * MiB);
    const write = async (args: string[]) => {
      const child = writingProcess(made, args, { fileBlocks: 8_192 });
      const told = buffer(child.stdout);
      child.stdin.end(bytes);
      return String(await told);
    };
    expect(await write(['a/b'])).toBe('STORAGE_FULL');
    expect(await made.contents()).toEqual([]);
    const uploadId = await resumable.begin('a/b', bytes.length);
    expect(await write(['a/b', uploadId, '0'])).toBe('STORAGE_FULL');
    const offset = await resumable.offset('a/b', uploadId);
    expect(offset).toBeGreaterThan(3 * MiB);
    await resumable.append('a/b', uploadId, offset, from(bytes.subarray(offset)));
    await resumable.finish('a/b', uploadId);
    expect((await buffer(await made.storage.get('a/b'))).equals(bytes)).toBe(true);
    expect(await made.contents()).toEqual(['a/b']);
  });

  test.skipIf(process.getuid?.() === 0)('tell the operator that they are of another user', async () => {
    await using made = await open();
    await made.storage.put('a/b', from('1'), unlimited);
    await chmod(join(made.files, 'a'), 0);
    await expect(made.storage.get('a/b')).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    await chmod(join(made.files, 'a'), 0o700);
  });
});
