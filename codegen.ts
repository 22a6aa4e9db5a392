import type { CodegenConfig } from '@graphql-codegen/cli';

const typedDocuments = (documents: string) => ({
  preset: 'client' as const,
  documents,
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
});

/** Typed documents for the clients in this repository, from the schema that the server promises. */
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  importExtension: '.ts',
  silent: true,
  generates: {
    'src/cli/gql/': typedDocuments('src/cli/remote/documents/*.graphql'),
    'web/src/gql/': typedDocuments('web/src/features/*/*.graphql'),
    'web/src/gql/possible-types.json': { plugins: ['fragment-matcher'], config: { module: 'commonjs' } },
  },
};

export default config;
