import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxInput } from '#ports/sandbox.ts';
import type { FoldMatrices } from './fold.ts';
import type { Matrix } from './matrix.ts';

/**
 * Files by which a training takes what code has made of a fold: `name` is how the names of all folds begin, and `files`
 * of its specification is `in/` with it. The matrices have been checked, and their numbers are written anew.
 */
export async function writeFold(
  directory: string,
  name: string,
  fold: number,
  { train, validation }: FoldMatrices,
): Promise<SandboxInput[]> {
  return [
    await writeMeta(directory, `${name}-${fold}.json`, train),
    await writeValues(directory, `${name}-${fold}-train.f32`, train),
    await writeValues(directory, `${name}-${fold}-validation.f32`, validation),
  ];
}

/** As `writeFold`, for rows that are predicted. */
export async function writeRows(
  directory: string,
  name: string,
  fold: number,
  rows: Matrix,
): Promise<SandboxInput[]> {
  return [
    await writeMeta(directory, `${name}-${fold}.json`, rows),
    await writeValues(directory, `${name}-${fold}-rows.f32`, rows),
  ];
}

const writeMeta = (directory: string, name: string, { meta }: Matrix) =>
  write(directory, name, JSON.stringify(meta));

/** Little-endian as the contract has it: so is every machine that this runs on. */
const writeValues = (directory: string, name: string, { values }: Matrix) =>
  write(directory, name, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));

async function write(directory: string, name: string, content: string | Uint8Array): Promise<SandboxInput> {
  const path = join(directory, name);
  await writeFile(path, content);
  return { name, path };
}
