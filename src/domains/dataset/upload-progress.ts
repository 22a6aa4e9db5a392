import { pipeline, type Readable, Transform } from 'node:stream';
import type { DatasetPorts } from './service.ts';
import { type DatasetRow, dataset } from './table.ts';
import { awaiting } from './upload-rows.ts';

const INTERVAL_MILLISECONDS = 500;

/** Tells those who follow a dataset how many of its bytes have come: twice a second at most, whatever the size of the pieces. */
export function uploadProgress({ db, events }: Pick<DatasetPorts, 'db' | 'events'>) {
  const newest = new Map<string, number>();

  /** Not after completion: what ends the stream stays its last event. */
  async function tell({ id, byteSize }: DatasetRow, receivedBytes: number): Promise<void> {
    await db.transaction(async (tx) => {
      const [awaited] = await tx.select().from(dataset).where(awaiting(id)).for('share');
      if (!awaited) return;
      const payload = { receivedBytes, fraction: receivedBytes / byteSize, message: 'uploading' };
      await events.append(tx, id, [{ type: 'UploadProgressed', payload }]);
    });
  }

  function push(row: DatasetRow, receivedBytes: number): void {
    const isWaiting = newest.has(row.id);
    newest.set(row.id, receivedBytes);
    if (isWaiting) return;
    const timer = setTimeout(() => {
      const known = newest.get(row.id) ?? 0;
      newest.delete(row.id);
      // progress that cannot be told is not worth the upload
      tell(row, known).catch(() => {});
    }, INTERVAL_MILLISECONDS);
    timer.unref();
  }

  /** The same bytes, counted from `offset` on as they are taken. */
  return function counted(row: DatasetRow, body: Readable, offset = 0): Readable {
    let receivedBytes = offset;
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        receivedBytes += chunk.length;
        push(row, Math.min(receivedBytes, row.byteSize));
        done(null, chunk);
      },
    });
    // the one who takes the bytes learns of a cut
    return pipeline(body, meter, () => {});
  };
}
