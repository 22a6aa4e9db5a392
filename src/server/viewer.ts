import type { Viewer } from '#domains/account/authorise.ts';
import type { AccountService } from '#domains/account/service.ts';

/**
 * Finds out who asks: a bearer token where one is sent; without one, the local account on a server that only listens
 * on loopback, else nobody. A wrong token is never answered as the local account.
 */
export function viewerResolver(accounts: Pick<AccountService, 'viewerOfToken'>, localAccount: Viewer | null) {
  return async (authorization: string | null | undefined): Promise<Viewer | null> => {
    if (authorization == null || authorization === '') return localAccount;
    const token = /^Bearer (?<token>[\w.~+/=-]{1,512})$/i.exec(authorization)?.groups?.token;
    return token ? accounts.viewerOfToken(token) : null;
  };
}

export type ViewerResolver = ReturnType<typeof viewerResolver>;
