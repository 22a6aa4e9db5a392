import { type DestinationStream, type Logger, pino } from 'pino';
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
      redact: ['*.authorization', '*.password', '*.token', '*.signature', 'headers.cookie'],
    },
    destination,
  );
}
