import { cacheExchange } from '@urql/exchange-graphcache';
import { createClient as createSocket, type SubscribePayload } from 'graphql-ws';
import { Client, fetchExchange, mapExchange, subscriptionExchange } from 'urql';
import possibleTypes from '../gql/possible-types.json';
import { reportConnection } from './connection.ts';
import { recordOperation } from './operations.ts';

/** The global id, which is unique over all types; null for parts of their parent that have no identity of their own. */
const keyOf = (data: { id?: unknown }) => (typeof data.id === 'string' ? data.id : null);

/**
 * Without a whole schema, the cache looks for the fields of every fragment in what it writes and, in development, warns
 * of each that is of another type; what the server really leaves out, it refuses itself.
 */
const logger = (severity: 'debug' | 'error' | 'warn', message: string) => {
  if (!message.startsWith('Invalid undefined')) console[severity](message);
};

const socket = createSocket({
  url: () => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
  // streams resume by their own cursors, so that a reconnect neither loses nor doubles an event
  retryAttempts: 0,
  lazyCloseTimeout: 3_000,
  on: { connected: () => reportConnection('ONLINE') },
});

export const client = new Client({
  url: '/graphql',
  preferGetMethod: false,
  fetchOptions: { headers: { 'x-graphql-yoga-csrf': '1' } },
  requestPolicy: 'cache-and-network',
  exchanges: [
    mapExchange({
      onOperation: (operation) => recordOperation(operation),
      onResult({ error, operation }) {
        if (operation.kind !== 'subscription') reportConnection(error?.networkError ? 'OFFLINE' : 'ONLINE');
      },
    }),
    cacheExchange({
      possibleTypes: possibleTypes.possibleTypes,
      keys: new Proxy({}, { get: () => keyOf }),
      logger,
    }),
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: (operation) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe(operation as SubscribePayload, sink) }),
      }),
    }),
  ],
});
