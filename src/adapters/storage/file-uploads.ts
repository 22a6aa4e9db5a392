import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { newId } from '#ids.ts';
import { type ResumableUploads, StorageError } from '#ports/storage.ts';
import { answered, fileError, isMissing } from './file-errors.ts';
import { type FileForm, type FileWriter, TAIL } from './file-form.ts';
import type { FileTree } from './file-tree.ts';
import { intake } from './intake.ts';
import { checkedKey } from './key.ts';

/** Holds files that are not objects yet. */
export const INCOMING = '.incoming';

export const CREATE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;

/** A random part and the announced size. */
const UPLOAD_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-(0|[1-9]\d{0,14})$/;

type Upload = { file: FileHandle; writer: FileWriter; form: FileForm; path: string; byteSize: number };

/** Uploads are appended to a file on its way, which becomes the object when it is whole. */
export function fileUploads(options: {
  tree: FileTree;
  /** The first is that of new files. */
  forms: readonly [FileForm, ...FileForm[]];
  place(path: string, key: string, form: FileForm): Promise<void>;
}): ResumableUploads {
  const { tree, forms, place } = options;
  const running = new Map<string, { halt: AbortController; ended: Promise<unknown> }>();

  /** The newest request goes on with an upload; an older one, which may hang on a dead connection, is stopped before. */
  async function alone<Answer>(name: string, work: () => Promise<Answer>, halt = new AbortController()) {
    const older = running.get(name);
    older?.halt.abort();
    const ended = Promise.resolve(older?.ended.catch(() => {})).then(work);
    running.set(name, { halt, ended });
    try {
      return await answered(ended);
    } finally {
      if (running.get(name)?.ended === ended) running.delete(name);
    }
  }

  /** @throws StorageError UPLOAD_NOT_FOUND. */
  async function openUpload(name: string): Promise<{ file: FileHandle; form: FileForm; path: string }> {
    for (const form of forms) {
      const path = name + form.suffix;
      const file = await tree.openFile(path, constants.O_RDWR).catch((error) => {
        if (!isMissing(error)) throw error;
      });
      if (file) return { file, form, path };
    }
    throw fileError('UPLOAD_NOT_FOUND');
  }

  async function withUpload<Answer>(
    key: string,
    uploadId: string,
    work: (upload: Upload) => Promise<Answer>,
  ): Promise<Answer> {
    const { name, byteSize } = nameOf(key, uploadId);
    const { file, form, path } = await openUpload(name);
    try {
      const writer = await form.writer(file, await tree.locate(path), key);
      return await work({ file, writer, form, path, byteSize });
    } finally {
      await file.close();
    }
  }

  return {
    async begin(key, byteSize) {
      await tree.refuseWhenFull(byteSize);
      const uploadId = `${newId()}-${byteSize}`;
      const path = nameOf(key, uploadId).name + forms[0].suffix;
      const file = await tree.openFile(path, CREATE);
      try {
        await answered(forms[0].writer(file, await tree.locate(path), key));
      } finally {
        await file.close();
      }
      return uploadId;
    },
    offset: (key, uploadId) => answered(withUpload(key, uploadId, async ({ writer }) => writer.offset())),
    async append(key, uploadId, offset, body, { signal } = {}) {
      const halt = new AbortController();
      const source = intake(body, AbortSignal.any([halt.signal, ...(signal ? [signal] : [])]));
      const receive = async ({ writer, byteSize }: Upload) => {
        const kept = writer.offset();
        if (kept !== offset)
          throw new StorageError(
            'OFFSET_MISMATCH',
            `${kept} bytes are kept; these would begin at ${offset}.`,
          );
        try {
          for await (const chunk of source.chunks) {
            const room = byteSize - writer.offset();
            await writer.write(chunk.subarray(0, room));
            if (chunk.length > room)
              throw new StorageError('TOO_LARGE', `More than ${byteSize} bytes arrived.`);
          }
        } finally {
          await writer.keep();
        }
        return writer.offset();
      };
      try {
        const { name } = nameOf(key, uploadId);
        return await alone(name, () => withUpload(key, uploadId, receive), halt);
      } catch (error) {
        if (!halt.signal.aborted) throw error;
        throw new StorageError('OFFSET_MISMATCH', 'A newer request goes on with this upload.', {
          cause: error,
        });
      } finally {
        source.drop();
      }
    },
    async finish(key, uploadId) {
      const complete = async ({ file, writer, form, path, byteSize }: Upload) => {
        if (writer.offset() < byteSize)
          throw new StorageError(
            'UPLOAD_INCOMPLETE',
            `${writer.offset()} of ${byteSize} bytes have arrived.`,
          );
        await writer.complete();
        await file.sync();
        await place(path, key, form);
        await tree.remove(path + TAIL);
      };
      await alone(nameOf(key, uploadId).name, () => withUpload(key, uploadId, complete));
    },
    async abort(key, uploadId) {
      checkedKey(key);
      if (!UPLOAD_ID.test(uploadId)) return;
      const { name } = nameOf(key, uploadId);
      const removeAll = async () => {
        for (const { suffix } of forms) {
          await tree.remove(name + suffix);
          await tree.remove(name + suffix + TAIL);
        }
      };
      await alone(name, removeAll);
    },
  };
}

/** The name of a file on its way says all about it: there is nothing beside it that could get lost. */
function nameOf(key: string, uploadId: string): { name: string; byteSize: number } {
  const keyHash = createHash('sha256').update(checkedKey(key)).digest('hex');
  const [, byteSize] = UPLOAD_ID.exec(uploadId) ?? [];
  if (byteSize === undefined) throw fileError('UPLOAD_NOT_FOUND');
  return { name: `${INCOMING}/${uploadId}-${keyHash.slice(0, 32)}`, byteSize: Number(byteSize) };
}

/** Removes the files on their way, of uploads and of broken off writes, that nobody wrote to since `before`. */
export async function sweepIncoming(tree: FileTree, before: Date): Promise<number> {
  const files = await tree.filesIn(INCOMING);
  let removed = 0;
  for (const [name, writtenAt] of files) {
    const owner = name.split(TAIL)[0] ?? name;
    if ((files.get(owner) ?? writtenAt) >= before) continue;
    await tree.remove(`${INCOMING}/${name}`);
    if (owner === name) removed += 1;
  }
  return removed;
}
