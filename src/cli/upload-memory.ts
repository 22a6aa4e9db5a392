import { createHash } from 'node:crypto';
import { mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalFile } from '#cli/remote/send-file.ts';
import type { UploadMemory } from '#cli/remote/upload.ts';

/**
 * One small file for each upload under way: `home` is the server, or its data directory. A file that has another size or
 * date than then is another file.
 */
export async function uploadMemory(
  directory: string,
  home: string,
  file: LocalFile,
  name: string | null,
): Promise<UploadMemory> {
  const source = await realpath(file.path);
  const fileName = `${createHash('sha256')
    .update(JSON.stringify([home, source]))
    .digest('hex')}.json`;
  const path = join(directory, fileName);
  const known = { home, source, byteSize: file.byteSize, modifiedAt: file.modifiedAt, name };

  return {
    async recall() {
      const text = await readFile(path, 'utf8').catch(() => null);
      if (text === null) return null;
      const { datasetId, ...written } = parsed(text);
      const isSame = JSON.stringify(written) === JSON.stringify(known);
      return isSame && typeof datasetId === 'string' ? datasetId : null;
    },
    async remember(datasetId) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const unfinished = `${path}.${process.pid}`;
      await writeFile(unfinished, JSON.stringify({ ...known, datasetId }), { mode: 0o600 });
      await rename(unfinished, path);
    },
    forget: () => rm(path, { force: true }),
  };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
