import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  DuckDBInstance,
  DuckDBListValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import { TableError } from './errors.ts';

export type EngineValue = string | number | boolean | null | EngineValue[];

/** One in-memory DuckDB that spills to the task's directory and stops when the signal fires. */
export interface Engine {
  connection: DuckDBConnection;
  run(sql: string): Promise<void>;
  /** All rows; bigint and decimal values as numbers, lists as arrays. */
  rows(sql: string): Promise<EngineValue[][]>;
  /** The only row of an aggregate. */
  row(sql: string): Promise<EngineValue[]>;
  /** Visits a result chunk by chunk, in the order of its rows, without holding it. */
  scan(sql: string, visit: (chunk: DuckDBDataChunk) => void): Promise<void>;
  /** 0..1 of the statement that runs; undefined while the engine cannot tell. */
  progress(): number | undefined;
  close(): void;
}

/** What Node and the buffers outside DuckDB's accounting take. */
const reservedBytes = 256 * 1024 ** 2;

export async function openEngine({
  memoryBytes,
  temporaryDirectory,
  signal,
}: {
  memoryBytes: number;
  temporaryDirectory: string;
  signal: AbortSignal;
}): Promise<Engine> {
  const limitMebibytes = Math.max(128, Math.floor(((memoryBytes - reservedBytes) * 0.7) / 1024 ** 2));
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${limitMebibytes}MiB`,
    temp_directory: temporaryDirectory,
    threads: '2',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  await connection.run(
    'SET enable_progress_bar=true; SET enable_progress_bar_print=false; SET progress_bar_time=0;',
  );
  // Dates without an offset are UTC; the host's zone must not change a result.
  await connection.run("SET TimeZone='UTC'");
  const interrupt = () => connection.interrupt();
  signal.addEventListener('abort', interrupt);
  const guarded = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (signal.aborted) throw new TableError('CANCELED', 'The task was canceled.');
    try {
      return await work();
    } catch (error) {
      throw translate(error, signal);
    }
  };
  const rows = (sql: string) =>
    guarded(async () => (await connection.runAndReadAll(sql)).getRows().map((row) => row.map(toPlain)));
  return {
    connection,
    run: (sql) => guarded(async () => void (await connection.run(sql))),
    rows,
    row: async (sql) => (await rows(sql))[0] ?? [],
    scan: (sql, visit) =>
      guarded(async () => {
        const result = await connection.stream(sql);
        for (;;) {
          const chunk = await result.fetchChunk();
          if (signal.aborted) throw new TableError('CANCELED', 'The task was canceled.');
          if (!chunk || chunk.rowCount === 0) return;
          visit(chunk);
        }
      }),
    progress: () => {
      const { percentage } = connection.progress;
      return percentage >= 0 ? Math.min(1, percentage / 100) : undefined;
    },
    close: () => {
      signal.removeEventListener('abort', interrupt);
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function toPlain(value: DuckDBValue): EngineValue {
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean'
  ) {
    return value;
  }
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof DuckDBListValue) return value.items.map(toPlain);
  return String(value);
}

function translate(error: unknown, signal: AbortSignal): unknown {
  const message = error instanceof Error ? error.message : String(error);
  if (signal.aborted || /^INTERRUPT/i.test(message))
    return new TableError('CANCELED', 'The task was canceled.');
  if (/No space left|temp_directory|max_temp_directory_size/i.test(message)) {
    return new TableError('OUT_OF_DISK', 'The temporary directory is full. Free some space and try again.');
  }
  if (/Out of Memory/i.test(message)) {
    return new TableError(
      'OUT_OF_MEMORY',
      'The table needs more memory than the limit allows. Raise the limit or upload fewer columns.',
    );
  }
  return error;
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Splits wide work so that one statement never has thousands of aggregates. */
export function inBatches<Item>(items: Item[], size: number): Item[][] {
  const batches: Item[][] = [];
  for (let at = 0; at < items.length; at += size) batches.push(items.slice(at, at + size));
  return batches;
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
