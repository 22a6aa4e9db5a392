import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases';
import { maxTokensPlugin } from '@escape.tech/graphql-armor-max-tokens';
import { useCSRFPrevention } from '@graphql-yoga/plugin-csrf-prevention';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { complexityFromQuery } from '@pothos/plugin-complexity';
import { GraphQLError } from 'graphql';
import { createYoga, maskError, type Plugin } from 'graphql-yoga';
import type { Services } from '#app.ts';
import { MAX_COMPLEXITY, MAX_DEPTH, tooComplex } from '#builder.ts';
import type { Context } from '#context.ts';
import { isExpected } from '#errors.ts';
import { newId } from '#ids.ts';
import type { Log } from '#log.ts';
import { StorageError } from '#ports/storage.ts';
import { schema } from '#schema.ts';
import { playgroundTabs } from './playground.ts';
import type { ViewerResolver } from './viewer.ts';

const MAX_TOKENS = 5_000;
const MAX_ALIASES = 50;

export type Yoga = ReturnType<typeof graphqlServer>;

/** The context of one operation. `authorization` is the header over HTTP, a connection parameter over WebSocket. */
export async function operationContext(
  services: Services,
  viewerOf: ViewerResolver,
  authorization: string | null | undefined,
  requestId: string,
): Promise<Context> {
  return { viewer: await viewerOf(authorization), services, requestId, loaders: new Map() };
}

export function graphqlServer(options: {
  services: Services;
  viewerOf: ViewerResolver;
  log: Log;
  introspection?: boolean;
}) {
  const { services, viewerOf, log } = options;
  return createYoga<Record<string, unknown>, Context>({
    schema,
    logging: false,
    landingPage: false,
    graphqlEndpoint: '/graphql',
    // pages of other sites are refused before they get here
    cors: false,
    maskedErrors: { maskError: (error, message) => tell(error, message, log) },
    graphiql: {
      title: 'Aliquot playground',
      subscriptionsProtocol: 'WS',
      defaultTabs: playgroundTabs,
      shouldPersistHeaders: false,
    },
    renderGraphiQL,
    context: ({ request }) =>
      operationContext(
        services,
        viewerOf,
        request?.headers.get('authorization'),
        request?.headers.get('x-request-id') ?? newId(),
      ),
    plugins: [
      useCSRFPrevention({
        requestHeaders: ['x-graphql-yoga-csrf', 'apollo-require-preflight', 'x-aliquot-client'],
      }),
      subscriptionLimits,
      maxTokensPlugin({ n: MAX_TOKENS }),
      maxAliasesPlugin({ n: MAX_ALIASES }),
    ],
  });
}

/** The limits of `builder`, which are otherwise held by resolvers only: too late for a subscription. */
const subscriptionLimits: Plugin = {
  onSubscribe({ args, setResultAndStopExecution }) {
    const { document, variableValues: variables, contextValue: ctx } = args;
    const { complexity, depth } = complexityFromQuery(document, { schema, ctx, variables });
    if (complexity > MAX_COMPLEXITY || depth > MAX_DEPTH) {
      setResultAndStopExecution({ errors: [tooComplex({ complexity, depth })] });
    }
  },
};

/** What a client sees of an error: expected ones with their code, all others nothing but a number to ask about. */
function tell(error: unknown, message: string, log: Log): Error {
  const located = error instanceof GraphQLError ? error : null;
  const original = located?.originalError ?? error;
  // an expected error carries a path of its own and is taken for one that knows its place in the operation
  const { nodes, path } = located ?? {};
  if (isExpected(original)) {
    return new GraphQLError(original.message, { nodes, path, extensions: { code: original.code } });
  }
  if (original instanceof GraphQLError) {
    const { message: told, extensions } = original;
    return original === error ? original : new GraphQLError(told, { nodes, path, extensions });
  }
  const requestId = newId();
  if (original instanceof StorageError) {
    log.warn({ err: original, requestId }, 'the store failed');
    const extensions = { code: original.code, requestId };
    return new GraphQLError(original.message, { nodes, path, extensions });
  }
  log.error({ err: original, requestId }, 'an operation failed');
  // never the original, whatever NODE_ENV says
  const masked = maskError(error, message, false);
  if (masked instanceof GraphQLError) masked.extensions.requestId = requestId;
  return masked;
}
