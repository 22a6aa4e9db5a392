import SchemaBuilder, { type InterfaceRef, type ObjectRef } from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import ErrorsPlugin from '@pothos/plugin-errors';
import { GraphQLError } from 'graphql';
import type { Context } from './context.ts';
import { expectedErrors } from './errors.ts';
import { DEFAULT_PAGE, type Page } from './paging.ts';

export const MAX_COMPLEXITY = 20_000;
export const MAX_DEPTH = 14;

export const tooComplex = ({ complexity, depth }: { complexity: number; depth: number }): GraphQLError =>
  new GraphQLError(
    `This operation asks for too much: complexity ${complexity} of ${MAX_COMPLEXITY}, depth ${depth} of ${MAX_DEPTH}. Ask for less at once.`,
    { extensions: { code: 'OPERATION_TOO_COMPLEX' } },
  );

export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    BigInt: { Input: number; Output: number };
    JSON: { Input: unknown; Output: unknown };
    URL: { Input: string; Output: string };
    File: { Input: File; Output: never };
  };
}>({
  plugins: [ErrorsPlugin, ComplexityPlugin],
  defaultFieldNullability: false,
  errors: { defaultTypes: [] },
  complexity: {
    defaultComplexity: 1,
    defaultListMultiplier: 5,
    limit: { complexity: MAX_COMPLEXITY, depth: MAX_DEPTH, breadth: 2_000 },
    complexityError: (_kind, found) => tooComplex(found),
  },
});

builder.queryType({
  description: 'Everything that can be read. Lists are Relay connections, newest or best first.',
});
builder.mutationType({
  description:
    'Everything that changes something: one `input` each, answered by a union of the success and the expected errors.',
});
builder.subscriptionType({
  description:
    'Numbered events, replayed after a cursor and then live; the stream completes when the job has ended.',
});

const ErrorInterface = builder
  .interfaceRef<Error & { code: string; path: string[] | null; retryable: boolean }>('Error')
  .implement({
    description: 'An expected failure. Its type is the class of the failure, its code the fact.',
    fields: (t) => ({
      code: t.exposeString('code', { description: 'Stable, upper case, for programs.' }),
      message: t.exposeString('message', {
        description: 'What is wrong, where, and what to do; for people.',
      }),
      path: t.exposeStringList('path', {
        nullable: true,
        description: 'The faulty input, like `["input", "target"]`.',
      }),
      retryable: t.exposeBoolean('retryable', { description: 'Whether the same call may succeed later.' }),
    }),
  });

const errorDescriptions: Record<string, string> = {
  ValidationError: 'The input is wrong and stays wrong until it is changed.',
  NotFoundError: 'There is no such thing for this viewer; an id of another owner is answered the same.',
  ConflictError: 'The input is fine but does not fit the present state.',
  QuotaError: 'A limit of the server or of the account is reached.',
  UnauthorizedError: 'Nobody is signed in, or the credential is not valid.',
};
for (const errorClass of expectedErrors) {
  builder.objectType(errorClass, {
    name: errorClass.name,
    description: errorDescriptions[errorClass.name] ?? errorClass.name,
    interfaces: [ErrorInterface],
    isTypeOf: (value) => value instanceof errorClass,
  });
}

const PageInfo = builder.objectRef<Page<unknown>['pageInfo']>('PageInfo').implement({
  description: 'Where a page stands in its list (Relay).',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'Whether `after: endCursor` gives more.' }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      description: 'Whether this is not the first page.',
    }),
    startCursor: t.exposeString('startCursor', { nullable: true, description: 'Of the first edge.' }),
    endCursor: t.exposeString('endCursor', { nullable: true, description: 'Of the last edge.' }),
  }),
});

/** Arguments of every connection. */
export const pageArguments = builder.args((t) => ({
  first: t.int({ description: '1 to 100, default 20.' }),
  after: t.string({ description: 'Cursor of the last one seen.' }),
}));

/** A page costs what its rows cost. */
export const pageComplexity = ({ first }: { first?: number | null | undefined }) => ({
  field: 1,
  multiplier: first ?? DEFAULT_PAGE,
});

/** A Relay connection type of its own for one field, named like `QueryDatasetsConnection`. */
export function connectionType<Row>(
  name: string,
  node: ObjectRef<SchemaTypes, Row> | InterfaceRef<SchemaTypes, Row>,
  what: string,
) {
  const Edge = builder.objectRef<Page<Row>['edges'][number]>(`${name}Edge`).implement({
    description: `One of the ${what}, with its place in the list.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'Pass as `after` to go on behind this one.' }),
      node: t.field({ type: node, description: 'The thing itself.', resolve: (edge) => edge.node as never }),
    }),
  });
  return builder.objectRef<Page<Row>>(name).implement({
    description: `A page of ${what}.`,
    fields: (t) => ({
      edges: t.field({
        type: [Edge],
        description: 'With cursors.',
        // the page has been counted by its own size
        complexity: { field: 1, multiplier: 1 },
        resolve: (page) => page.edges,
      }),
      nodes: t.field({
        type: [node],
        description: 'Without cursors.',
        complexity: { field: 1, multiplier: 1 },
        resolve: (page) => page.edges.map((edge) => edge.node) as never,
      }),
      pageInfo: t.field({
        type: PageInfo,
        description: 'Where this page stands.',
        resolve: (page) => page.pageInfo,
      }),
    }),
  });
}

export type SchemaTypes = (typeof builder)['$inferSchemaTypes'];
