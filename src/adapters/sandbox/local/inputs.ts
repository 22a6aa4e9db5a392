import { constants } from 'node:fs';
import { chmod, copyFile, link, mkdir, realpath, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxInput } from '#ports/sandbox.ts';
import { plainName } from './collect.ts';

/**
 * Lays out what a job sees: `work/` is its own, `input/` stays the server's and is seen as `work/in`.
 * `root/` is where namespaces put their file system together.
 */
export async function layOut(base: string, inputs: SandboxInput[], mayLink: boolean) {
  for (const path of ['', 'work', 'work/out', 'work/tmp', 'input', 'root']) {
    await mkdir(join(base, path), { mode: 0o755 });
    await chmod(join(base, path), 0o755);
  }
  await symlink('../input', join(base, 'work/in'));
  for (const input of inputs) {
    if (!plainName.test(input.name)) throw new Error(`not a name for an input: ${input.name}`);
    const target = join(base, 'input', input.name);
    if ('content' in input) await writeFile(target, input.content, { mode: 0o444, flag: 'wx' });
    else await place(await realpath(input.path), target, mayLink);
  }
}

/** Links where the job's user can read the file as it is; a link never changes the mode of the stored file. */
async function place(source: string, target: string, mayLink: boolean) {
  const { mode } = await stat(source);
  const readable = process.getuid?.() !== 0 || (mode & 0o004) !== 0;
  if (mayLink && readable) {
    const linked = await link(source, target).then(
      () => true,
      () => false,
    );
    if (linked) return;
  }
  await copyFile(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  await chmod(target, 0o444);
}
