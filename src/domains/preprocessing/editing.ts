import { eq } from 'drizzle-orm';
import type { Db, Tx } from '#db.ts';
import { authorise, type Connection, signedIn, type Viewer } from '#domains/account/authorise.ts';
import { once } from '#domains/account/idempotency.ts';
import type { DatasetService } from '#domains/dataset/service.ts';
import { ConflictError, ValidationError } from '#errors.ts';
import { decodeId, encodeId } from '#ids.ts';
import type { Events, NewEvent } from '#ports/events.ts';
import type { Queue } from '#ports/queue.ts';
import { checkSteps, codeTooLong } from './check-steps.ts';
import { MAX_CODE_BYTES } from './code.ts';
import { preprocessingEvent } from './events.ts';
import { stopMeasuring, waitingFor } from './measurement.ts';
import { type PreprocessingRow, preprocessing } from './table.ts';

const path = ['input', 'preprocessingId'];

export type EditingPorts = {
  db: Db;
  events: Events;
  queue: Queue;
  datasets: Pick<DatasetService, 'find' | 'hold'>;
  /** Whether a training that is queued or running takes it. */
  isInUse(connection: Connection, preprocessingId: string): Promise<boolean>;
};

/** What an owner does to a preprocessing that is there: each on a row that is locked and looked at anew. */
export function preprocessingEditing(
  ports: EditingPorts,
  find: (viewer: Viewer | null, globalId: string, path?: string[]) => Promise<PreprocessingRow>,
) {
  const { db, events, queue } = ports;

  /** The row, locked until the end of the transaction, and free to be changed. */
  async function take(
    tx: Tx,
    viewer: Viewer,
    input: { preprocessingId: string; revision?: number | null | undefined },
  ): Promise<PreprocessingRow> {
    const id = decodeId('Preprocessing', input.preprocessingId, path);
    const [found] = await tx.select().from(preprocessing).where(eq(preprocessing.id, id)).for('update');
    const row = authorise(viewer, found, 'Preprocessing', path);
    if (input.revision != null && input.revision !== row.revision) {
      throw new ConflictError(
        'REVISION_CHANGED',
        `The preprocessing is at revision ${row.revision} by now. Read it and try again.`,
        { path: ['input', 'revision'], retryable: true },
      );
    }
    if (row.status === 'QUEUED' || row.status === 'RUNNING') {
      throw new ConflictError('PREPROCESSING_RUNNING', `The preprocessing is ${row.status}.`, {
        path,
        retryable: true,
      });
    }
    if (await ports.isInUse(tx, row.id)) {
      throw new ConflictError(
        'PREPROCESSING_IN_USE',
        'A training takes this preprocessing. Cancel the training or wait for its end.',
        { path, retryable: true },
      );
    }
    return row;
  }

  /** Makes the accepted version the present one. */
  async function goBack(tx: Tx, row: PreprocessingRow, change: Partial<PreprocessingRow>): Promise<void> {
    if (!row.accepted) throw nothingAccepted();
    const accepted = { ...row.accepted, revision: row.revision + 1 };
    const { revision, steps, code, gates } = accepted;
    const isMeasured = row.measurement?.status === 'MEASURED';
    await tx
      .update(preprocessing)
      .set({
        ...{ status: 'SUCCEEDED', failure: null, decision: null, accepted, revision, steps, code, gates },
        ...(isMeasured ? {} : waitingFor(steps)),
        generator: accepted.generator ?? row.generator,
        ...change,
      })
      .where(eq(preprocessing.id, row.id));
    await ended(tx, row.id, !isMeasured, [preprocessingEvent('StepsPlanned', { revision, steps })]);
  }

  async function ended(tx: Tx, id: string, isMeasuring: boolean, before: NewEvent[] = []): Promise<void> {
    if (isMeasuring) await queue.enqueue(tx, 'preprocessing.measure', id);
    await events.append(tx, id, [...before, preprocessingEvent('PreprocessingFinished', { isMeasuring })]);
  }

  return {
    /** Another list of steps, or another file, in the place of the present one; the gates decide about it. */
    async update(
      viewer: Viewer | null,
      input: {
        preprocessingId: string;
        steps?: readonly unknown[] | null | undefined;
        code?: string | null | undefined;
        revision?: number | null | undefined;
        idempotencyKey?: string | null | undefined;
      },
    ): Promise<string> {
      const owner = signedIn(viewer);
      const { datasetId, target } = await find(viewer, input.preprocessingId, path);
      const table = await ports.datasets.find(viewer, encodeId('Dataset', datasetId), path);
      const edit = readEdit(input, { columns: table.columns ?? [], target });
      return once(db, owner, 'updatePreprocessing', input, async (tx) => {
        await ports.datasets.hold(tx, datasetId, path);
        const row = await take(tx, owner, input);
        await stopMeasuring(events, tx, row, 'The preprocessing was edited before its turn came.');
        const revision = row.revision + 1;
        await tx
          .update(preprocessing)
          .set({
            ...{ ...edit, revision, status: 'QUEUED', gates: [], failure: null, decision: null },
            ...{ cancelRequestedAt: null, startedAt: null, finishedAt: null },
          })
          .where(eq(preprocessing.id, row.id));
        await queue.enqueue(tx, 'preprocessing.perform', row.id);
        await events.append(tx, row.id, [preprocessingEvent('PreprocessingQueued', { revision })]);
        return row.id;
      });
    },

    /** Back to the last version that passed its gates; changes nothing where that is the present one. */
    async revert(
      viewer: Viewer | null,
      input: { preprocessingId: string; revision?: number | null | undefined },
    ): Promise<string> {
      const owner = signedIn(viewer);
      return db.transaction(async (tx) => {
        const row = await take(tx, owner, input);
        if (!row.accepted) throw nothingAccepted();
        if (row.accepted.revision !== row.revision) await goBack(tx, row, {});
        return row.id;
      });
    },

    /** The owner's word where the evidence does not do. */
    async decide(
      viewer: Viewer | null,
      input: { preprocessingId: string; accept: boolean; revision?: number | null | undefined },
    ): Promise<string> {
      const owner = signedIn(viewer);
      return db.transaction(async (tx) => {
        const row = await take(tx, owner, input);
        if (row.decision !== 'PENDING')
          throw new ConflictError('NOTHING_TO_DECIDE', 'No gate of this version is undecided.', { path });
        if (!input.accept && row.accepted) {
          await goBack(tx, row, row.origin === 'GENERATED' ? { fallback: rejected } : {});
        } else if (!input.accept) {
          await tx.update(preprocessing).set({ decision: 'REJECTED' }).where(eq(preprocessing.id, row.id));
          await ended(tx, row.id, false);
        } else {
          const { revision, steps, code, gates } = row;
          const generator = row.generator === 'CLAUDE' ? 'CLAUDE' : 'RULES';
          await tx
            .update(preprocessing)
            .set({
              decision: 'ACCEPTED',
              accepted: { revision, generator, steps, code, gates },
              ...waitingFor(steps),
            })
            .where(eq(preprocessing.id, row.id));
          await ended(tx, row.id, true);
        }
        return row.id;
      });
    },
  };
}

/** What an edit changes on the row. @throws ValidationError EDIT_INVALID, CODE_TOO_LONG and those of `checkSteps`. */
function readEdit(
  { steps, code }: { steps?: readonly unknown[] | null | undefined; code?: string | null | undefined },
  table: Parameters<typeof checkSteps>[1],
): Partial<PreprocessingRow> {
  if ((steps == null) === (code == null))
    throw new ValidationError('EDIT_INVALID', 'Give either `steps` or `code`.', { path: ['input'] });
  if (steps != null) return { origin: 'EDITED_STEPS', steps: checkSteps(steps, table), code: '' };
  if (!code?.trim())
    throw new ValidationError('EDIT_INVALID', 'The code is empty.', { path: ['input', 'code'] });
  if (Buffer.byteLength(code) > MAX_CODE_BYTES) throw codeTooLong(['input', 'code']);
  // the steps stay those that the file was made from, until it has been read
  return { origin: 'EDITED_CODE', code };
}

const rejected = { code: 'PREPROCESSING_REJECTED', message: 'Its owner rejected what had been written.' };

const nothingAccepted = () =>
  new ConflictError('NOTHING_ACCEPTED', 'No version has passed its gates yet.', { path });
