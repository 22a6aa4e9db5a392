import { timestamp, uuid } from 'drizzle-orm/pg-core';
import { newId } from './ids.ts';

/** Milliseconds: what a JavaScript date holds, so that a cursor made from it finds its row again. */
export const moment = (name: string) => timestamp(name, { precision: 3, withTimezone: true });
export const primaryId = () => uuid('id').primaryKey().$defaultFn(newId);
export const createdAt = () =>
  moment('created_at')
    .notNull()
    .$defaultFn(() => new Date());
