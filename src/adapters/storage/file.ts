import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { rm, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { newId } from '#ids.ts';
import { type Storage, StorageError, type StoredObject } from '#ports/storage.ts';
import { answered, fileError, isMissing } from './file-errors.ts';
import { type FileForm, plainForm } from './file-form.ts';
import { sealedForm } from './file-sealed.ts';
import { fileTree } from './file-tree.ts';
import { CREATE, fileUploads, INCOMING, sweepIncoming } from './file-uploads.ts';
import { intake } from './intake.ts';
import { checkedKey, isKey } from './key.ts';
import { localCopy, sweepLocalCopies } from './local-copy.ts';

export type FileStorageOptions = {
  workDirectory: string;
  /** Of 32 bytes each: the first encrypts, every one decrypts; with none, files are written as they are. */
  encryptionKeys?: readonly Buffer[];
};

/** Files below one directory: written beside their place, synced, then renamed; readable by their owner alone. */
export async function fileStorage(directory: string, options: FileStorageOptions): Promise<Storage> {
  const { workDirectory, encryptionKeys = [] } = options;
  const tree = await fileTree(directory);
  const sealed = sealedForm(encryptionKeys);
  const forms = encryptionKeys.length > 0 ? ([sealed, plainForm] as const) : ([plainForm, sealed] as const);
  const [written] = forms;

  /** Makes a whole, synced file the object. */
  async function place(path: string, key: string, form: FileForm): Promise<void> {
    const outdated = forms.filter((other) => other !== form).map(({ suffix }) => key + suffix);
    // refuses a link there before anything has changed
    for (const old of outdated) await tree.has(old);
    await tree.rename(path, key + form.suffix);
    for (const old of outdated) await tree.remove(old);
  }

  async function store(
    key: string,
    body: Readable,
    { maxBytes, byteSize, signal }: Parameters<Storage['put']>[2],
  ): Promise<StoredObject> {
    const source = intake(body, signal);
    const path = `${INCOMING}/${newId()}`;
    const hash = createHash('sha256');
    try {
      await tree.refuseWhenFull(byteSize ?? 0);
      const file = await tree.openFile(path, CREATE);
      try {
        const writer = await written.writer(file, await tree.locate(path), key);
        for await (const chunk of source.chunks) {
          if (writer.offset() + chunk.length > maxBytes)
            throw new StorageError('TOO_LARGE', `More than ${maxBytes} bytes arrived.`);
          const writing = writer.write(chunk);
          hash.update(chunk);
          await writing;
        }
        await writer.complete();
        await file.sync();
        await place(path, key, written);
        return { byteSize: writer.offset(), sha256: hash.digest('hex') };
      } finally {
        await file.close();
      }
    } catch (error) {
      await tree.remove(path);
      throw error;
    } finally {
      source.drop();
    }
  }

  /** @throws StorageError OBJECT_NOT_FOUND. */
  async function openObject(key: string): Promise<{ file: FileHandle; form: FileForm }> {
    for (const form of forms) {
      const file = await tree.openFile(checkedKey(key) + form.suffix).catch((error) => {
        if (!isMissing(error)) throw error;
      });
      if (file) return { file, form };
    }
    throw fileError('OBJECT_NOT_FOUND');
  }

  return {
    kind: 'file:',
    encryption: written.encryption,
    resumable: fileUploads({ tree, forms, place }),
    direct: null,
    put: async (key, body, options) => answered(store(checkedKey(key), body, options)),
    async putFile(key, path) {
      checkedKey(key);
      const { size } = await stat(path);
      const options = { maxBytes: Number.POSITIVE_INFINITY, byteSize: size };
      const stored = await answered(store(key, createReadStream(path), options));
      await rm(path, { force: true });
      return stored;
    },
    get: (key, range) => answered(read(key, range)),
    async size(key) {
      const found = await openObject(key).catch((error) => {
        if (!isMissing(error)) throw error;
      });
      if (!found) return null;
      const { size } = await found.file.stat().finally(() => found.file.close());
      const byteSize = found.form.byteSizeOf(size);
      if (byteSize === null) throw fileError('CORRUPTED');
      return byteSize;
    },
    async open(key) {
      const { file, form } = await openObject(key);
      await file.close();
      if (form !== plainForm) return answered(localCopy(await read(key), workDirectory));
      return { path: await tree.locate(key), release: async () => {} };
    },
    async remove(key) {
      for (const { suffix } of forms) await tree.remove(checkedKey(key) + suffix);
    },
    async *list() {
      for await (const { path, storedBytes } of tree.walk()) {
        const form = path.endsWith(sealed.suffix) ? sealed : plainForm;
        const key = path.slice(0, path.length - form.suffix.length);
        // a crash between the two steps of a replacement leaves the old file in the other form
        const isOutdated = form !== written && (await tree.has(key + written.suffix));
        if (isKey(key) && !isOutdated) yield { key, byteSize: form.byteSizeOf(storedBytes) ?? storedBytes };
      }
    },
    async sweep(before) {
      return (await sweepIncoming(tree, before)) + (await sweepLocalCopies(workDirectory, before));
    },
  };

  async function read(key: string, range?: { start: number; end: number }): Promise<Readable> {
    const { file, form } = await openObject(key);
    try {
      return await form.read(file, key, range);
    } catch (error) {
      await file.close();
      throw error;
    }
  }
}
