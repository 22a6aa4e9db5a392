import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const source = fileURLToPath(new URL('../src', import.meta.url));

/** From left to right: a domain imports those before it. */
const domains = [
  'account',
  'stored-object',
  'dataset',
  'analysis',
  'preprocessing',
  'experiment',
  'model-run',
  'verification',
];

/** The ground that domains, the server and the jobs stand on; it knows none of them. */
const ground = [
  'catalog',
  'columns',
  'content-disposition',
  'db',
  'env',
  'errors',
  'ids',
  'jobs',
  'links',
  'log',
  'paging',
  'runner',
  'search-space',
  'stop',
  'text',
];
/** The GraphQL ground; only `graphql`, `mutations` and `subscriptions` of a domain stand on it. */
const graphql = ['builder', 'context', 'enums', 'event-stream', 'mutation', 'nodes', 'scalars'];

/** Who may import whom, by the first part of the path below src/; `domains` stands for what the test below allows. */
const mayImport: Record<string, string[]> = {
  contract: [],
  ports: ['contract', 'db'],
  tables: ['contract'],
  adapters: ['content-disposition', 'contract', 'ports', 'db', 'ids', 'log', 'errors', 'columns', 'env'],
  domains: ['contract', 'ports', 'tables', ...ground, ...graphql],
  server: ['app', 'builder', 'context', 'contract', 'domains', 'ports', 'schema', ...ground],
  supervisor: ['adapters', 'db', 'env'],
  cli: [
    'supervisor',
    'adapters',
    'contract',
    'db',
    'env',
    'ports',
    'python-environment',
    'domains',
    'app',
    'log',
  ],
  app: ['adapters', 'domains', 'ports', 'python-environment', 'server-info', ...ground],
  'jobs-of-domains': ['app', 'domains', 'maintenance', 'ports'],
  maintenance: ['app'],
  schema: ['builder', 'scalars', 'server-graphql', 'domains'],
  'print-schema': ['schema'],
  'server-graphql': ['builder', 'catalog', 'domains', 'enums', 'ports', 'server-info'],
  'server-info': ['db', 'ports'],
  'python-environment': ['env'],
  server$: ['adapters', 'app', 'db', 'env', 'log', 'server', 'stop'],
  worker: ['adapters', 'app', 'db', 'env', 'jobs-of-domains', 'log', 'stop'],
  supervisor$: ['db', 'env', 'supervisor'],
  context: ['app', 'domains'],
  builder: ['context', 'errors', 'paging'],
  enums: ['builder', 'contract'],
  'event-stream': ['builder', 'context', 'ids', 'nodes', 'paging', 'ports'],
  mutation: ['builder', 'context', 'errors', 'ids', 'nodes', 'text'],
  nodes: ['builder', 'context', 'ids', 'paging'],
  scalars: ['builder'],
  catalog: ['contract', 'errors'],
  columns: ['ids'],
  'content-disposition': [],
  ids: ['errors'],
  jobs: ['db', 'ports'],
  runner: ['contract', 'errors', 'ids', 'ports'],
  'search-space': ['catalog', 'contract', 'errors'],
  db: [],
  env: [],
  errors: [],
  links: [],
  log: [],
  paging: ['db', 'ids'],
  stop: [],
  text: ['errors'],
};

type Import = { file: string; imported: string };

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('cli/gql/'))
  .sort();

/** Imports between our own files, both as paths below src/. */
const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(join(source, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'([#.][^']+)'/g)].map(([, specifier]) =>
    String(specifier),
  );
  return specifiers
    .map((specifier) =>
      specifier.startsWith('#')
        ? specifier.slice(1)
        : relative(source, resolve(source, dirname(file), specifier)),
    )
    .filter((imported) => imported.endsWith('.ts'))
    .map((imported) => ({ file, imported }));
});

/** A folder by its name, a file on the top level by its own, with `$` where a folder has the same. */
function unitOf(path: string): string {
  const [first = '', ...rest] = path.split('/');
  if (rest.length > 0) return first;
  const name = first.replace(/\.ts$/, '');
  return `${name}$` in mayImport ? `${name}$` : name;
}

const told = ({ file, imported }: Import) => `${file} imports ${imported}`;

describe('the house', () => {
  test('is built by the table of who may import whom', () => {
    const wrong = imports.filter(({ file, imported }) => {
      const [from, to] = [unitOf(file), unitOf(imported)];
      return from !== to && !mayImport[from]?.includes(to);
    });
    expect(wrong.map(told)).toEqual([]);
  });

  test('has every unit in the table', () => {
    expect(files.map(unitOf).filter((unit) => !(unit in mayImport))).toEqual([]);
  });

  test('lets a domain import only those to its left', () => {
    const wrong = imports.filter(({ file, imported }) => {
      const [, from = ''] = /^domains\/([^/]+)\//.exec(file) ?? [];
      const [, to = ''] = /^domains\/([^/]+)\//.exec(imported) ?? [];
      return from && to && domains.indexOf(to) > domains.indexOf(from);
    });
    expect(wrong.map(told)).toEqual([]);
  });

  test('lets the services and jobs of a domain know nothing of GraphQL', () => {
    const wrong = imports.filter(({ file, imported }) => {
      const isService = /^domains\//.test(file) && !/(graphql|mutations|subscriptions)\.ts$/.test(file);
      return isService && (graphql.includes(unitOf(imported)) || /graphql\.ts$/.test(imported));
    });
    expect(wrong.map(told)).toEqual([]);
  });

  test('reaches adapters from the composition root, the processes and the local commands alone', () => {
    const allowed = /^(app|server|worker)\.ts$|^adapters\/|^supervisor\/|^cli\/local\//;
    const wrong = imports.filter(
      ({ file, imported }) => imported.startsWith('adapters/') && !allowed.test(file),
    );
    expect(wrong.map(told)).toEqual([]);
  });

  test('keeps the remote commands on the public API', () => {
    const wrong = imports.filter(
      ({ file, imported }) => file.startsWith('cli/remote/') && !imported.startsWith('cli/'),
    );
    expect(wrong.map(told)).toEqual([]);
  });

  test('keeps files under 300 lines', () => {
    const long = files
      .map((file) => ({ file, lines: readFileSync(join(source, file), 'utf8').split('\n').length - 1 }))
      .filter(({ lines }) => lines >= 300);
    expect(long).toEqual([]);
  });

  test('names an algorithm in one source file of the runner and in none of the server', () => {
    const runner = fileURLToPath(new URL('../runner/aliquot_runner', import.meta.url));
    const sources = [
      ...files.map((file) => join(source, file)),
      ...readdirSync(runner, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.py'))
        .map((file) => join(runner, file)),
    ];
    const naming = sources.filter((file) => /['"]random_forest['"]/.test(readFileSync(file, 'utf8')));
    expect(naming.map((file) => relative(runner, file))).toEqual(['families/random_forest.py']);
  });
});
