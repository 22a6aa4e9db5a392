import { GraphQLError, Kind, type ValueNode } from 'graphql';
import { builder } from './builder.ts';

const bad = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

function parseMoment(value: unknown): Date {
  const moment = typeof value === 'string' ? new Date(value) : new Date(Number.NaN);
  if (Number.isNaN(moment.getTime())) throw bad('DateTime takes ISO 8601 text.');
  return moment;
}

builder.scalarType('DateTime', {
  description: 'ISO 8601 in UTC with milliseconds, like `2026-11-23T12:00:00.000Z`.',
  serialize: (value) => value.toISOString(),
  parseValue: parseMoment,
});

function parseBigInt(value: unknown): number {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  const number = Number(text);
  if (!/^-?\d{1,16}$/.test(text) || !Number.isSafeInteger(number)) {
    throw bad('BigInt takes a whole number up to 2^53 - 1, as Int or String.');
  }
  return number;
}

builder.scalarType('BigInt', {
  description: 'A whole number up to 2^53 - 1; text on output, Int or String on input.',
  serialize: (value) => String(value),
  parseValue: parseBigInt,
  parseLiteral: (node) => {
    if (node.kind === Kind.INT || node.kind === Kind.STRING) return parseBigInt(node.value);
    throw bad('BigInt takes a whole number.');
  },
});

function literalToJson(node: ValueNode, variables: Record<string, unknown> | null | undefined): unknown {
  switch (node.kind) {
    case Kind.STRING:
    case Kind.BOOLEAN:
    case Kind.ENUM:
      return node.value;
    case Kind.INT:
    case Kind.FLOAT:
      return Number(node.value);
    case Kind.LIST:
      return node.values.map((item) => literalToJson(item, variables));
    case Kind.OBJECT: {
      const object: Record<string, unknown> = Object.create(null);
      for (const field of node.fields) object[field.name.value] = literalToJson(field.value, variables);
      return object;
    }
    case Kind.VARIABLE:
      return variables?.[node.name.value];
    default:
      return null;
  }
}

builder.scalarType('JSON', {
  description: 'Any JSON value. A row is an object by column name; a missing cell is null.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: literalToJson,
});

builder.scalarType('URL', {
  description: 'An absolute address.',
  serialize: (value) => value,
  parseValue: (value) => {
    if (typeof value !== 'string' || !URL.canParse(value)) throw bad('URL takes an absolute address.');
    return value;
  },
});

/** The HTTP server's own class of files, which is not Node's. */
const isFile = (value: unknown): value is File =>
  typeof value === 'object' && value !== null && 'arrayBuffer' in value && 'size' in value && 'name' in value;

builder.scalarType('File', {
  description: 'A small file of a GraphQL multipart request; large ones go through `requestUpload`.',
  serialize: () => {
    throw new Error('a File is never sent');
  },
  parseValue: (value) => {
    if (!isFile(value)) throw bad('File takes a part of a multipart request.');
    return value;
  },
});
