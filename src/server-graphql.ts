import { z } from 'zod';
import { builder } from './builder.ts';
import { catalog, type RunnerCatalog } from './catalog.ts';
import type { Viewer as ViewerRow } from './domains/account/authorise.ts';
import { UploadProtocol } from './domains/dataset/upload-mutations.ts';
import { ExperimentSettings } from './domains/experiment/settings.ts';
import { StorageEncryption } from './domains/stored-object/graphql.ts';
import { TaskTypeEnum } from './enums.ts';
import type { LanguageModel } from './ports/generator.ts';
import type { ServerFacts } from './server-info.ts';

const Viewer = builder.objectRef<ViewerRow>('Viewer').implement({
  description: 'Who is asking.',
  fields: (t) => ({ name: t.exposeString('name', { description: 'For people.' }) }),
});

const PriceSource = builder.enumType('PriceSource', {
  description: 'Where the prices of a language model come from.',
  values: {
    KNOWN: { description: 'As its maker published them.' },
    SET: { description: 'The operator set them.' },
    ASSUMED: {
      description: 'Nobody told: those of the dearest model are taken, what it really costs is unknown.',
    },
  } as const,
});
const LanguageModelInfo = builder.objectRef<LanguageModel>('LanguageModel').implement({
  description: 'The model that writes preprocessing, what it may cost and what it is told.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its id.' }),
    inputPrice: t.exposeFloat('inputPrice', { description: 'USD for a million tokens of a prompt.' }),
    outputPrice: t.exposeFloat('outputPrice', { description: 'USD for a million tokens of an answer.' }),
    priceSource: t.expose('priceSource', { type: PriceSource, description: 'Where the prices come from.' }),
    tokensPerJob: t.exposeInt('tokensPerJob', {
      description: 'Cap of one preprocessing, prompts and answers.',
    }),
    usdPerJob: t.exposeFloat('usdPerJob', { description: 'Cap of one preprocessing.' }),
    usdPerDay: t.exposeFloat('usdPerDay', { description: 'Cap of one account within 24 hours.' }),
    sendsValues: t.exposeBoolean('sendsValues', {
      description:
        'Whether it is told frequent values and ranges; never of columns with personal data. Else names and figures alone.',
    }),
  }),
});

const ServerInfo = builder.objectRef<ServerFacts>('ServerInfo').implement({
  description: 'What this server runs on.',
  fields: (t) => ({
    version: t.exposeString('version', { description: 'Of Aliquot.' }),
    database: t.exposeString('database', { description: 'Kind and version.' }),
    storage: t.exposeString('storage', { description: 'Where files are kept.' }),
    storageEncryption: t.expose('storageEncryption', {
      type: StorageEncryption,
      description: 'How files that are stored from now on are encrypted.',
    }),
    sandbox: t.exposeString('sandbox', { description: 'The isolation tier that its self-test chose.' }),
    generator: t.exposeString('generator', { description: 'Who writes preprocessing: RULES or CLAUDE.' }),
    languageModel: t.field({
      type: LanguageModelInfo,
      nullable: true,
      description: 'The model behind CLAUDE; null where the rules write alone and nothing leaves the server.',
      resolve: ({ languageModel }) => languageModel,
    }),
    execution: t.exposeString('execution', { description: 'Where trials run.' }),
    uploadProtocols: t.field({
      type: [UploadProtocol],
      description: 'How files can be sent, best first.',
      resolve: (_row, _args, { services }) => services.uploads.protocols,
    }),
    features: t.exposeStringList('features', { description: 'What is switched on.' }),
  }),
});

const CatalogAlgorithm = builder
  .objectRef<RunnerCatalog['algorithms'][number]>('CatalogAlgorithm')
  .implement({
    description: 'An algorithm that can be trained.',
    fields: (t) => ({
      key: t.exposeString('key', { description: 'For `algorithms`.' }),
      label: t.exposeString('label', { description: 'For people.' }),
      tasks: t.field({ type: [TaskTypeEnum], description: 'What it can do.', resolve: (row) => row.tasks }),
      details: t.field({ type: 'JSON', description: 'Search space and defaults.', resolve: (row) => row }),
    }),
  });
const CatalogMetric = builder.objectRef<RunnerCatalog['metrics'][number]>('CatalogMetric').implement({
  description: 'A metric that can be optimised and ranked by.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'For `metric`.' }),
    label: t.exposeString('label', { description: 'For people.' }),
    tasks: t.field({ type: [TaskTypeEnum], description: 'What it measures.', resolve: (row) => row.tasks }),
    greaterIsBetter: t.exposeBoolean('greaterIsBetter', { description: 'The direction of the metric.' }),
  }),
});
const CatalogStep = builder.objectRef<RunnerCatalog['steps'][number]>('CatalogStep').implement({
  description: 'A step that a preprocessing can take.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'For `steps`.' }),
    label: t.exposeString('label', { description: 'For people.' }),
    description: t.exposeString('description', { description: 'What it does.' }),
    usesTarget: t.exposeBoolean('usesTarget', {
      description: 'It learns from the target; each training row is shown what the others tell.',
    }),
    isCustomOnly: t.exposeBoolean('isCustomOnly', {
      description:
        'Offered in CUSTOM: the algorithms that need it do it by themselves, so no other strategy plans it.',
    }),
    details: t.field({
      type: 'JSON',
      description: 'The schema of its parameters among them.',
      resolve: (row) => row,
    }),
  }),
});
const Catalog = builder.objectRef<RunnerCatalog>('Catalog').implement({
  description: 'Open sets: what the runner offers.',
  fields: (t) => ({
    algorithms: t.field({
      type: [CatalogAlgorithm],
      description: 'All of them.',
      resolve: (row) => row.algorithms,
    }),
    metrics: t.field({ type: [CatalogMetric], description: 'All of them.', resolve: (row) => row.metrics }),
    steps: t.field({ type: [CatalogStep], description: 'All of them.', resolve: (row) => row.steps }),
    settingsSchema: t.field({
      type: 'JSON',
      description: 'JSON Schema of `Experiment.settings`.',
      resolve: () => z.toJSONSchema(ExperimentSettings, { io: 'input' }),
    }),
  }),
});

builder.queryFields((t) => ({
  viewer: t.field({
    type: Viewer,
    nullable: true,
    description: 'Who is asking; null when nobody is signed in.',
    resolve: (_root, _args, { viewer }) => viewer,
  }),
  serverInfo: t.field({
    type: ServerInfo,
    description: 'What this server runs on.',
    resolve: (_root, _args, { services }) => services.serverInfo(),
  }),
  catalog: t.field({ type: Catalog, description: 'Algorithms, metrics, steps.', resolve: () => catalog }),
}));
