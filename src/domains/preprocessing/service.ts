import { eq } from 'drizzle-orm';
import type { CodeGenerator, PreprocessingStrategy } from '#contract/vocabulary.ts';
import type { Db, Tx } from '#db.ts';
import { authorise, type Connection, signedIn, type Viewer } from '#domains/account/authorise.ts';
import { once } from '#domains/account/idempotency.ts';
import type { AnalysisService } from '#domains/analysis/service.ts';
import type { AnalysisRow } from '#domains/analysis/table.ts';
import type { DatasetService } from '#domains/dataset/service.ts';
import { ConflictError, ValidationError } from '#errors.ts';
import { decodeId, newId } from '#ids.ts';
import { requestCancel } from '#jobs.ts';
import type { Events } from '#ports/events.ts';
import type { Generator } from '#ports/generator.ts';
import type { Queue } from '#ports/queue.ts';
import { preprocessingEditing } from './editing.ts';
import { preprocessingEvent } from './events.ts';
import { stopMeasuring } from './measurement.ts';
import { type PreprocessingRow, preprocessing } from './table.ts';

const MAX_INSTRUCTIONS_LENGTH = 4_000;

export type PreprocessingPorts = {
  db: Db;
  events: Events;
  queue: Queue;
  generators: Partial<Record<Generator['kind'], Generator>>;
  datasets: Pick<DatasetService, 'find' | 'hold'>;
  analyses: Pick<AnalysisService, 'find'>;
  /** Whether a training that is queued or running takes it. */
  isInUse(connection: Connection, preprocessingId: string): Promise<boolean>;
  attach(tx: Tx, viewer: Viewer, experimentId: string, row: { id: string; datasetId: string }): Promise<void>;
};

export type PreprocessingService = ReturnType<typeof preprocessingService>;

export function preprocessingService(ports: PreprocessingPorts) {
  const { db, queue } = ports;

  async function find(viewer: Viewer | null, globalId: string, path?: string[]): Promise<PreprocessingRow> {
    const id = decodeId('Preprocessing', globalId, path);
    const [row] = await db.select().from(preprocessing).where(eq(preprocessing.id, id));
    return authorise(viewer, row, 'Preprocessing', path);
  }

  return {
    find,
    ...preprocessingEditing(ports, find),

    async generate(
      viewer: Viewer | null,
      input: {
        analysisId: string;
        generator?: CodeGenerator | null | undefined;
        strategy?: PreprocessingStrategy | null | undefined;
        instructions?: string | null | undefined;
        experimentId?: string | null | undefined;
        idempotencyKey?: string | null | undefined;
      },
    ): Promise<string> {
      const owner = signedIn(viewer);
      const found = await ports.analyses.find(viewer, input.analysisId, ['input', 'analysisId']);
      this.checkGenerator(input.generator);
      if ((input.instructions?.length ?? 0) > MAX_INSTRUCTIONS_LENGTH) {
        throw new ValidationError(
          'INSTRUCTIONS_TOO_LONG',
          `Use at most ${MAX_INSTRUCTIONS_LENGTH} characters.`,
          {
            path: ['input', 'instructions'],
          },
        );
      }
      return once(db, owner, 'generatePreprocessing', input, async (tx) => {
        await ports.datasets.hold(tx, found.datasetId, ['input', 'analysisId']);
        checkAnalysis(found);
        const id = await this.create(tx, found, input);
        if (input.experimentId)
          await ports.attach(tx, owner, input.experimentId, { id, datasetId: found.datasetId });
        await queue.enqueue(tx, 'preprocessing.perform', id);
        await ports.events.append(tx, id, [preprocessingEvent('PreprocessingQueued', { revision: 1 })]);
        return id;
      });
    },

    /** @throws ValidationError GENERATOR_NOT_AVAILABLE. */
    checkGenerator(generator: CodeGenerator | null | undefined): void {
      if (generator !== 'CLAUDE' || ports.generators.CLAUDE) return;
      throw new ValidationError(
        'GENERATOR_NOT_AVAILABLE',
        'No key for Claude is configured here. Use RULES or AUTO.',
        {
          path: ['input', 'generator'],
        },
      );
    },

    /** A queued preprocessing whose job the caller runs or enqueues. */
    async create(
      connection: Connection,
      source: AnalysisRow,
      options: {
        generator?: CodeGenerator | null | undefined;
        strategy?: PreprocessingStrategy | null | undefined;
        instructions?: string | null | undefined;
      },
    ): Promise<string> {
      const id = newId();
      const wished = options.generator ?? 'AUTO';
      await connection.insert(preprocessing).values({
        id,
        ownerId: source.ownerId,
        datasetId: source.datasetId,
        analysisId: source.id,
        target: source.target ?? '',
        status: 'QUEUED',
        generator: wished === 'AUTO' ? (ports.generators.CLAUDE ? 'CLAUDE' : 'RULES') : wished,
        strategy: options.strategy ?? 'BALANCED',
        instructions: options.instructions ?? null,
        steps: [],
        code: '',
        gates: [],
      });
      return id;
    },

    /**
     * Locks a preprocessing that a training is about to take, so that it is not edited meanwhile. False where it has
     * no version that a training could take.
     * @throws ConflictError PREPROCESSING_NOT_FINISHED, PREPROCESSING_UNDECIDED.
     */
    async holdForTraining(tx: Tx, id: string, path: string[]): Promise<boolean> {
      const [row] = await tx.select().from(preprocessing).where(eq(preprocessing.id, id)).for('share');
      if (row?.status === 'QUEUED' || row?.status === 'RUNNING') {
        const message = `The preprocessing is ${row.status}.`;
        throw new ConflictError('PREPROCESSING_NOT_FINISHED', message, { path, retryable: true });
      }
      if (row?.decision === 'PENDING') {
        const message = 'A gate of the preprocessing is undecided. Decide first: decidePreprocessing.';
        throw new ConflictError('PREPROCESSING_UNDECIDED', message, { path });
      }
      // an edit that was refused does not hide the version before it
      return row?.accepted != null;
    },

    async cancel(viewer: Viewer | null, globalId: string, path?: string[]): Promise<void> {
      const row = await find(viewer, globalId, path);
      const ended = preprocessingEvent('PreprocessingFinished', { isMeasuring: false });
      await requestCancel(ports, preprocessing, row.id, ended);
      await db.transaction(async (tx) => {
        const [now] = await tx.select().from(preprocessing).where(eq(preprocessing.id, row.id)).for('update');
        if (now) await stopMeasuring(ports.events, tx, now, 'It was cancelled.');
      });
    },
  };
}

function checkAnalysis(row: AnalysisRow): void {
  const path = ['input', 'analysisId'];
  if (row.target === null) {
    throw new ConflictError('ANALYSIS_WITHOUT_TARGET', 'Analyse the dataset for a target first.', { path });
  }
  if (row.status === 'SUCCEEDED') return;
  const waits = row.status === 'QUEUED' || row.status === 'RUNNING';
  throw new ConflictError('ANALYSIS_NOT_FINISHED', `The analysis is ${row.status}.`, {
    path,
    retryable: waits,
  });
}
