import type { CodegenConfig } from '@graphql-codegen/cli';

/** Typed documents for the clients in this repository, from the schema that the server promises. */
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  importExtension: '.ts',
  silent: true,
  generates: {
    'src/cli/gql/': {
      preset: 'client',
      documents: 'src/cli/remote/documents/*.graphql',
      presetConfig: { fragmentMasking: false },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        scalars: {
          BigInt: { input: 'string | number', output: 'string' },
          DateTime: 'string',
          File: 'unknown',
          ID: 'string',
          JSON: 'unknown',
          URL: 'string',
        },
      },
    },
  },
};

export default config;
