import { createHash, randomBytes } from 'node:crypto';
import { and, eq, gt, sql } from 'drizzle-orm';
import type { Db } from '#db.ts';
import { newId } from '#ids.ts';
import type { Viewer } from './authorise.ts';
import { accessToken, account, secret } from './table.ts';

export type AccountService = ReturnType<typeof accountService>;

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

export function accountService({ db }: { db: Db }) {
  return {
    /** The account that a server on loopback signs in by itself; made at the first start. */
    async localAccount(): Promise<Viewer> {
      return db.transaction(async (tx) => {
        await tx.execute(sql`select pg_advisory_xact_lock(4107112002)`);
        const [found] = await tx.select().from(account).where(eq(account.kind, 'LOCAL')).limit(1);
        if (found) return { accountId: found.id, name: found.name };
        const id = newId();
        await tx.insert(account).values({ id, kind: 'LOCAL', name: 'Local user' });
        return { accountId: id, name: 'Local user' };
      });
    },
    async createAccount(name: string): Promise<Viewer> {
      const id = newId();
      await db.insert(account).values({ id, kind: 'MEMBER', name });
      return { accountId: id, name };
    },
    /** A bearer token; only its hash is kept. */
    async issueToken(accountId: string, lifetimeSeconds: number): Promise<string> {
      const token = `aq_${randomBytes(32).toString('base64url')}`;
      const expiresAt = new Date(Date.now() + lifetimeSeconds * 1_000);
      await db.insert(accessToken).values({ tokenHash: hashOf(token), accountId, expiresAt });
      return token;
    },
    /** The account of a bearer token, or null when it is unknown or has expired. */
    async viewerOfToken(token: string): Promise<Viewer | null> {
      const [row] = await db
        .select({ accountId: account.id, name: account.name })
        .from(accessToken)
        .innerJoin(account, eq(account.id, accessToken.accountId))
        .where(and(eq(accessToken.tokenHash, hashOf(token)), gt(accessToken.expiresAt, new Date())));
      return row ?? null;
    },
    /** A random secret of the installation, the same in every process. */
    async sharedSecret(name: string): Promise<string> {
      const value = randomBytes(32).toString('base64url');
      await db.insert(secret).values({ name, value }).onConflictDoNothing();
      const [row] = await db.select().from(secret).where(eq(secret.name, name));
      return row?.value ?? value;
    },
  };
}
