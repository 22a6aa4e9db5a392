import { assertValidSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from './schema.ts';

assertValidSchema(schema);
process.stdout.write(`${printSchema(lexicographicSortSchema(schema))}\n`);
