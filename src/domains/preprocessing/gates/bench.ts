import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JobError } from '#errors.ts';
import type { SandboxLimits } from '#ports/sandbox.ts';
import { runColumns } from '#runner.ts';
import { holdoutOf } from '#tables/holdout.ts';
import { runTableTask } from '#tables/run.ts';
import { type CodeTable, type CutFold, cutFolds, type FoldRows } from '../custom-code/fold.ts';
import { splitTable } from '../custom-code/split.ts';
import type { Score } from './measure.ts';
import { fewOf, shuffled } from './rows.ts';
import type { GateLimits, GatePorts, GateSubject } from './subject.ts';
import { together } from './together.ts';

const FOLDS = 5;
const MAX_ROWS = 20_000;
/** Of wide tables fewer rows do, but not fewer than a thousand. */
const MAX_CELLS = 20_000_000;
const SAMPLE = { train: 1_400, validation: 600 };
const MEBIBYTE = 1024 ** 2;

const SPLIT_LIMITS: SandboxLimits = {
  memoryBytes: 1024 * MEBIBYTE,
  diskBytes: 64 * MEBIBYTE,
  processes: 32,
  cpuSeconds: 60,
  wallSeconds: 60,
  outputBytes: 64 * 1024,
};

const defaultLimits = (ports: GatePorts): GateLimits => ({
  seconds: 120,
  repeats: 2,
  jobs: ports.threads,
  job: {
    memoryBytes: Math.min(ports.memoryBytes, 2048 * MEBIBYTE),
    diskBytes: 512 * MEBIBYTE,
    processes: 32,
    cpuSeconds: 60,
    wallSeconds: 60,
    outputBytes: 16 * 1024,
  },
});

export type Bench = Awaited<ReturnType<typeof openBench>>;

/** One table with splits and their rows as files. */
export interface Piece {
  /** Some rows of the table, in a file of their own. */
  parquet: string;
  rowCount: number;
  /** Numbers are places in that file. */
  splits: FoldRows[];
}

/**
 * The rows of a table that plans are held against, drawn and cut once for any number of plans. What it left on the disk
 * goes with `close`.
 * @throws TableError; JobError
 */
export async function openBench(
  ports: GatePorts,
  subject: GateSubject,
  signal: AbortSignal,
  wished: Partial<GateLimits> = {},
) {
  const limits = { ...defaultLimits(ports), ...wished };
  const columns = runColumns(subject.columns);
  const target = subject.columns.find(({ name }) => name === subject.target)?.physicalName;
  if (!target) throw new JobError('TARGET_NOT_FOUND', `There is no column “${subject.target}”.`);
  const physical = target;
  const features = columns.filter(({ name, type }) => name !== target && type !== 'id');
  if (features.length === 0)
    throw new JobError('NO_FEATURES', 'There is no column besides the target and identifiers.');
  const holdout = holdoutOf(subject);
  const mostRows = Math.max(1_000, Math.min(MAX_ROWS, Math.floor(MAX_CELLS / columns.length)));
  const directory = await mkdtemp(join(ports.workDirectory, 'gates-'));

  async function cutRows(name: string, rows: Uint32Array, source = subject.parquet): Promise<string> {
    const parquet = join(directory, `${name}.parquet`);
    const list = `${parquet}.rows`;
    await writeFile(list, Array.from(rows, (row, place) => `${place},${row}\n`).join(''));
    const cut = { parquet, rows: list, columns: columns.map((column) => column.name) };
    const { rowCounts } = await runTableTask(
      'cut',
      { parquet: source, cuts: [cut] },
      { temporaryDirectory: directory, memoryBytes: ports.memoryBytes, signal },
    );
    if (rowCounts[0] !== rows.length)
      throw new JobError('DATASET_CHANGED', 'The table has not the rows that it is said to have.');
    return parquet;
  }

  /** Folds of the rows of a file that have a target. */
  async function draw(parquet: string, seed: number, drawing = signal): Promise<FoldRows[]> {
    const owner = subject.ownerId;
    const jobs = { sandbox: ports.sandbox, owner, limits: SPLIT_LIMITS, directory, signal: drawing };
    const { taskType } = subject;
    return (await splitTable(jobs, parquet, { target: physical, taskType, folds: { count: FOLDS, seed } }))
      .folds;
  }

  /** Repeated cross-validation on development rows. */
  async function drawDevelopment() {
    const rows = fewOf(holdout.developmentRows(), mostRows);
    const parquet = await cutRows('development', rows);
    const seeds = Array.from({ length: limits.repeats }, (_, repeat) => repeat + 1);
    const repeats = await together(signal, (drawing) => seeds.map((seed) => draw(parquet, seed, drawing)));
    const piece: Piece = { parquet, rowCount: rows.length, splits: repeats.flat() };
    return { piece, foldsPerRepeat: repeats[0]?.length ?? 0 };
  }

  /** All development rows to learn from, the locked rows to be validated on. To be asked for once a plan has passed all else. */
  async function openHoldout(): Promise<Piece> {
    const development = fewOf(holdout.developmentRows(), mostRows);
    const locked = fewOf(holdout.heldOutRows(), mostRows / 4);
    const parquet = await cutRows('holdout', Uint32Array.from([...development, ...locked]));
    const used = (await draw(parquet, 1)).flatMap(({ validation }) => [...validation]).sort((a, b) => a - b);
    const train = Uint32Array.from(used.filter((row) => row < development.length));
    const validation = Uint32Array.from(used.filter((row) => row >= development.length));
    return { parquet, rowCount: development.length + locked.length, splits: [{ train, validation }] };
  }

  try {
    const { piece, foldsPerRepeat } = await drawDevelopment();
    const [first] = piece.splits;
    if (!first) throw new JobError('TOO_FEW_ROWS', 'There are too few rows with a target.');
    const sample: FoldRows = {
      train: fewOf(first.train, SAMPLE.train),
      validation: fewOf(first.validation, SAMPLE.validation),
    };
    /** The same rows with the labels of others. */
    const labels = shuffledLabels(piece.rowCount, first);
    const permuted: FoldRows = { ...first, labels: first.train.map((row) => labels[row] ?? row) };

    const codeTable = (parquet: string): CodeTable => ({
      ...{ parquet, columns, target, memoryBytes: ports.memoryBytes },
    });
    const once = <Value>(make: () => Promise<Value>): (() => Promise<Value>) => {
      let made: Promise<Value> | undefined;
      return () => {
        made ??= make().catch((error) => {
          made = undefined;
          throw error;
        });
        return made;
      };
    };
    const holdoutPiece = once(openHoldout);

    return {
      ...{ ports, subject, limits, directory, columns, target, piece, foldsPerRepeat, labels },
      hasHoldout: holdout.exists,
      /** A few rows, for what is only to be tried. */
      samplePiece: once(async (): Promise<Piece> => {
        const rows = Uint32Array.from([...sample.train, ...sample.validation]);
        const train = Uint32Array.from(sample.train.keys());
        const validation = Uint32Array.from(sample.validation.keys(), (place) => train.length + place);
        const path = await cutRows('sample', rows, piece.parquet);
        return { parquet: path, rowCount: rows.length, splits: [{ train, validation }] };
      }),
      holdoutPiece,
      /** The sample twice, each dealt in its own way, the folds, and one fold with permuted labels, for custom code. */
      cuts: once(async () => {
        const parts = [sample, sample, permuted, ...piece.splits];
        const [one, other, mixed, ...folds] = await cutFolds(
          directory,
          codeTable(piece.parquet),
          parts,
          signal,
        );
        return { sample: [one, other] as [CutFold, CutFold], permuted: mixed as CutFold, folds };
      }),
      holdoutCut: once(async () => {
        const { parquet, splits } = await holdoutPiece();
        const [fold] = await cutFolds(directory, codeTable(parquet), splits, signal);
        return fold as CutFold;
      }),
      /** Rows unlike those of the table, for `transform` alone. */
      probes: once(async () => {
        const path = join(directory, 'probes.parquet');
        const spec = { parquet: piece.parquet, columns: features.map(({ name }) => name), probes: path };
        const options = { temporaryDirectory: directory, memoryBytes: ports.memoryBytes, signal };
        const { rowCount } = await runTableTask('probe', spec, options);
        return { path, columns: features, batches: [1, 1, rowCount - 2].filter((size) => size > 0) };
      }),
      /** Scores of the rules by their piece, measured once. */
      known: new Map<Piece, Score[]>(),
      close: () => rm(directory, { recursive: true, force: true }),
    };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/** For each row the row whose target it is given: those of the training rows among themselves, of the others too. */
function shuffledLabels(rowCount: number, { train, validation }: FoldRows): Uint32Array {
  const labels = Uint32Array.from({ length: rowCount }, (_, row) => row);
  for (const rows of [train, validation]) {
    const mixed = shuffled(rows, rowCount);
    rows.forEach((row, place) => {
      labels[row] = mixed[place] ?? row;
    });
  }
  return labels;
}
