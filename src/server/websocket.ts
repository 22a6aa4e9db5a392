import { type Server, STATUS_CODES } from 'node:http';
import { GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Services } from '#app.ts';
import { newId } from '#ids.ts';
import { operationContext, type Yoga } from './graphql.ts';
import type { Refusal, requestGuard } from './guard.ts';
import type { ViewerResolver } from './viewer.ts';

const MAX_MESSAGE_BYTES = 1024 ** 2;
const INIT_TIMEOUT_MILLISECONDS = 5_000;

const pathRefusal = (url: string): Refusal | null =>
  new URL(url, 'http://localhost').pathname === '/graphql'
    ? null
    : { status: 404, code: 'NOT_FOUND', message: 'Nothing is here.' };

/** GraphQL over WebSocket (graphql-transport-ws) on the port of the HTTP server. */
export function attachWebSocket(options: {
  server: Server;
  yoga: Yoga;
  services: Services;
  viewerOf: ViewerResolver;
  guard: ReturnType<typeof requestGuard>;
}) {
  const { server, yoga, services, viewerOf, guard } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const refusal = guard.refusal(request) ?? pathRefusal(request.url ?? '/');
    if (refusal) {
      const { status, code, message } = refusal;
      const body = JSON.stringify({ code, message });
      socket.end(
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) =>
      sockets.emit('connection', webSocket, request),
    );
  });

  return useServer(
    {
      connectionInitWaitTimeout: INIT_TIMEOUT_MILLISECONDS,
      onConnect: async ({ connectionParams }) => {
        const given = connectionParams?.authorization ?? connectionParams?.Authorization;
        // a token that is not valid is refused at once, not at the first operation
        return given === undefined || (await viewerOf(String(given))) !== null;
      },
      onSubscribe: async (context, _id, payload) => {
        const parameters = context.connectionParams ?? {};
        const sent =
          parameters.authorization ?? parameters.Authorization ?? context.extra.request.headers.authorization;
        const enveloped = yoga.getEnveloped({
          req: context.extra.request,
          socket: context.extra.socket,
          params: payload,
        });
        let document: ReturnType<typeof enveloped.parse>;
        try {
          document = enveloped.parse(payload.query);
          const errors = enveloped.validate(enveloped.schema, document);
          if (errors.length > 0) return errors;
        } catch (error) {
          // returned, not thrown: one syntax error or limit must not close the socket with everything on it
          return [error instanceof GraphQLError ? error : new GraphQLError('The document cannot be parsed.')];
        }
        return {
          schema: enveloped.schema,
          operationName: payload.operationName,
          document,
          variableValues: payload.variables,
          contextValue: {
            ...(await enveloped.contextFactory()),
            ...(await operationContext(
              services,
              viewerOf,
              sent === undefined ? null : String(sent),
              newId(),
            )),
          },
          rootValue: { execute: enveloped.execute, subscribe: enveloped.subscribe },
        };
      },
      execute: (args) => (args.rootValue as { execute: (given: typeof args) => never }).execute(args),
      subscribe: (args) => (args.rootValue as { subscribe: (given: typeof args) => never }).subscribe(args),
    },
    sockets,
  );
}
