import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import pretty from 'pino-pretty';

export type Log = Logger;

/** JSON lines, or a readable form on a terminal. Fields that could hold a credential are cut. */
export function createLog(options: { level: string; name: string }): Log {
  const destination: DestinationStream = process.stdout.isTTY
    ? pretty({ colorize: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss', sync: true })
    : (process.stdout as unknown as DestinationStream);
  return pino(
    {
      level: options.level,
      name: options.name,
      serializers: { err: withoutValues },
      redact: ['*.authorization', '*.password', '*.token', '*.signature', 'headers.cookie'],
    },
    destination,
  );
}

/** The values of a statement are data of a user: a failed one is logged by its text and its cause alone. */
function withoutValues(error: Error) {
  const cut = (text: string) => text.replace(/\nparams: [^\n]*/g, '');
  const { type, message, stack } = stdSerializers.err(error);
  const cause = error.cause instanceof Error ? error.cause.message : undefined;
  return { type, message: cut(message), stack: cut(stack), ...(cause ? { cause } : {}) };
}
