import { z } from 'zod';
import { Problem } from './schemas.ts';

/** One operation over REST: the router and the OpenAPI document are both made of these. */
export interface Route {
  method: 'GET' | 'POST';
  /** With at most one parameter, in braces, at the end. */
  path: string;
  operationId: string;
  summary: string;
  body?: z.ZodType;
  status: number;
  response: z.ZodType;
  /** Status and meaning of what can go wrong besides. */
  problems: Record<number, string>;
}

const problemsOfAll = { 401: 'Nobody is signed in, or the token is not valid.' };
const problemsOfBodies = {
  400: 'The body is not as it should be; `path` points to the fault.',
  411: 'Send a content-length.',
  413: 'The body is too large.',
  415: 'Send application/json.',
};

const schemaOf = (schema: z.ZodType, io: 'input' | 'output') => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
};

/** OpenAPI 3.1, printed from the schemas that requests are checked by. */
export function openApiOf(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const parameter = /\{(\w+)\}/.exec(route.path)?.[1];
    const problems = {
      ...problemsOfAll,
      ...(route.body ? problemsOfBodies : {}),
      ...route.problems,
    };
    const operation = {
      operationId: route.operationId,
      summary: route.summary,
      ...(parameter
        ? { parameters: [{ name: parameter, in: 'path', required: true, schema: { type: 'string' } }] }
        : {}),
      ...(route.body
        ? {
            requestBody: {
              required: true,
              content: { 'application/json': { schema: schemaOf(route.body, 'input') } },
            },
          }
        : {}),
      responses: {
        [route.status]: {
          description: route.response.description ?? '',
          content: { 'application/json': { schema: schemaOf(route.response, 'output') } },
        },
        ...Object.fromEntries(
          Object.entries(problems).map(([status, description]) => [
            status,
            {
              description,
              content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
            },
          ]),
        ),
      },
    };
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Aliquot',
      version,
      description:
        'The first steps over REST, for programs that speak no GraphQL; the same services, ids and error codes. Everything else is in GraphQL. Host names and origins that are not allowed are answered 403 before any of this.',
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, {}],
    paths,
    components: {
      schemas: { Problem: schemaOf(Problem, 'output') },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'Not needed on loopback.' },
      },
    },
  };
}
