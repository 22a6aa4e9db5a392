import { constants } from 'node:fs';
import { type FileHandle, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { newId } from '#ids.ts';
import { StorageError } from '#ports/storage.ts';
import { fileError } from './file-errors.ts';
import { type FileForm, type FileWriter, TAIL, writeAll } from './file-form.ts';
import {
  FRAME_BYTES,
  type Frames,
  framesOf,
  HEADER_BYTES,
  newHeader,
  SEAL_BYTES,
  SEALED_FRAME_BYTES,
} from './file-frames.ts';

/** Full frames that are read at a time. */
const FRAMES_AT_ONCE = 8;

const placeOf = (index: number) => HEADER_BYTES + index * SEALED_FRAME_BYTES;

/** Encrypted by AES-256-GCM: the first key seals, every one opens. */
export function sealedForm(encryptionKeys: readonly Buffer[]): FileForm {
  return {
    encryption: 'AES_256_GCM',
    suffix: '~sealed',
    byteSizeOf,

    async read(file, key, range) {
      const { size } = await file.stat();
      const byteSize = byteSizeOf(size);
      if (byteSize === null) throw fileError('CORRUPTED');
      const frames = framesOf(await readExactly(file, 0, HEADER_BYTES), key, encryptionKeys);
      const last = Math.floor(byteSize / FRAME_BYTES);
      // before any other, so that a file which was cut off gives out nothing
      const ending = frames.unseal(
        await readExactly(file, placeOf(last), size - placeOf(last)),
        last,
        'LAST',
      );
      const wanted = { start: range?.start ?? 0, end: Math.min(range?.end ?? byteSize, byteSize - 1) };
      const opened = openedBytes({ file, frames, last, ending, ...wanted });
      const stream = Readable.from(opened, { objectMode: false });
      stream.once('close', () => file.close().catch(() => {}));
      return stream;
    },

    async writer(file, path, key) {
      const [newest] = encryptionKeys;
      const { size } = await file.stat();
      if (size === 0 && newest) await writeAll(file, newHeader(newest), 0);
      const frames = framesOf(await readExactly(file, 0, HEADER_BYTES), key, encryptionKeys);
      const index = Math.max(0, Math.floor((size - HEADER_BYTES) / SEALED_FRAME_BYTES));
      return frameWriter({ file, path, frames, index, tail: await readTail(path, frames, index) });
    },
  };
}

/** From `start` to `end`, both included; of the last frame the bytes are there already. */
async function* openedBytes(options: {
  file: FileHandle;
  frames: Frames;
  last: number;
  ending: Buffer;
  start: number;
  end: number;
}): AsyncGenerator<Buffer, void> {
  const { file, frames, last, ending, start, end } = options;
  const wanted = (bytes: Buffer, index: number) =>
    bytes.subarray(Math.max(0, start - index * FRAME_BYTES), end + 1 - index * FRAME_BYTES);
  const lastWanted = Math.floor(end / FRAME_BYTES);
  const beyond = Math.min(last, lastWanted + 1);
  let index = Math.floor(start / FRAME_BYTES);
  while (index < beyond) {
    const count = Math.min(FRAMES_AT_ONCE, beyond - index);
    const sealed = await readExactly(file, placeOf(index), count * SEALED_FRAME_BYTES);
    for (let offset = 0; offset < sealed.length; offset += SEALED_FRAME_BYTES) {
      const bytes = frames.unseal(sealed.subarray(offset, offset + SEALED_FRAME_BYTES), index, 'FULL');
      yield wanted(bytes, index);
      index += 1;
    }
  }
  if (index === last && lastWanted === last) yield wanted(ending, last);
}

/** Seals frame after frame; what does not fill one stays in memory until it is kept in a file beside. */
function frameWriter(options: {
  file: FileHandle;
  path: string;
  frames: Frames;
  index: number;
  tail: Buffer;
}): FileWriter {
  const { file, path, frames, tail } = options;
  const frame = Buffer.alloc(FRAME_BYTES);
  let filled = tail.copy(frame);
  let { index } = options;

  async function flush(): Promise<void> {
    await writeAll(file, frames.seal(frame, index, 'FULL'), placeOf(index));
    index += 1;
    filled = 0;
  }

  return {
    offset: () => index * FRAME_BYTES + filled,
    async write(bytes) {
      for (let offset = 0; offset < bytes.length; ) {
        const copied = bytes.copy(frame, filled, offset);
        offset += copied;
        filled += copied;
        if (filled === FRAME_BYTES) await flush();
      }
    },
    async keep() {
      if (filled > 0) await writeTail(path, frames.seal(frame.subarray(0, filled), index, 'TAIL'));
      // by its age an upload is swept, whichever of its files was written to
      const now = new Date();
      await file.utimes(now, now);
    },
    async complete() {
      // kept when there was no room for it
      if (filled === FRAME_BYTES) await flush();
      await writeAll(file, frames.seal(frame.subarray(0, filled), index, 'LAST'), placeOf(index));
    },
  };
}

/** Replaced whole, so that a crash leaves the old or the new one. */
async function writeTail(path: string, sealed: Buffer): Promise<void> {
  const temporary = `${path}${TAIL}~${newId()}`;
  try {
    await writeFile(temporary, sealed, { flag: 'wx', mode: 0o600 });
    await rename(temporary, path + TAIL);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Nothing when it is of an earlier frame, or was not written in full: its bytes are sent again then. */
async function readTail(path: string, frames: Frames, index: number): Promise<Buffer> {
  const flag = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    return frames.unseal(await readFile(path + TAIL, { flag }), index, 'TAIL');
  } catch (error) {
    if (error instanceof StorageError || (error as NodeJS.ErrnoException).code === 'ENOENT')
      return Buffer.of();
    throw error;
  }
}

function byteSizeOf(storedBytes: number): number | null {
  const sealedBytes = storedBytes - HEADER_BYTES - SEAL_BYTES;
  const frames = Math.floor(sealedBytes / SEALED_FRAME_BYTES);
  const rest = sealedBytes - frames * SEALED_FRAME_BYTES;
  return sealedBytes < 0 || rest >= FRAME_BYTES ? null : frames * FRAME_BYTES + rest;
}

async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  for (let read = 0; read < length; ) {
    const { bytesRead } = await file.read(bytes, read, length - read, position + read);
    if (bytesRead === 0) throw fileError('CORRUPTED');
    read += bytesRead;
  }
  return bytes;
}
