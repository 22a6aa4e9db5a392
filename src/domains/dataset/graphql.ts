import { builder, connectionType, pageArguments, pageComplexity } from '#builder.ts';
import type { CsvDialect, DatasetColumn, Repair, TableWarning } from '#contract/table.ts';
import { samples } from '#domains/dataset/samples.ts';
import { objectOf, StorageEncryption } from '#domains/stored-object/graphql.ts';
import { described, Failure, SignedUrl } from '#enums.ts';
import { NodeInterface, nodeId, nodeType } from '#nodes.ts';
import { badInput, decodeNewest, newestCursor, pageSize, toPage } from '#paging.ts';
import { type DatasetRow, dataset } from './table.ts';

const MAX_LINK_SECONDS = 900;
const MAX_PREVIEW = 1_000;

const DatasetStatus = builder.enumType('DatasetStatus', {
  description:
    'Where a dataset stands: its bytes are awaited, it is being read, it can be used, it cannot be read.',
  values: described<DatasetRow['status']>({
    UPLOADING: 'Its bytes are awaited.',
    INGESTING: 'It is being read.',
    READY: 'It can be used.',
    REJECTED: 'It cannot be read; `rejection` tells why.',
  }),
});

const Column = builder.objectRef<DatasetColumn>('DatasetColumn').implement({
  description: 'A column as it was understood.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'As in the file; made up where the file has none.' }),
    position: t.exposeInt('position', { description: 'Counts from 0.' }),
    type: t.exposeString('type', {
      description: 'integer, number, boolean, category, datetime, text, id or constant; can be overridden.',
    }),
    semanticType: t.exposeString('semanticType', {
      description: 'A finer meaning, such as email, currency or year.',
    }),
    confidence: t.exposeFloat('confidence', {
      description: 'Share of the values that fit the type, 0 to 1.',
    }),
    missingCount: t.exposeInt('nullCount', { description: 'Cells without a value.' }),
  }),
});

const DialectRepair = builder.objectRef<Repair>('DialectRepair').implement({
  description: 'Something that was changed while reading.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Stable, for programs.' }),
    message: t.exposeString('message', { description: 'What was changed; for people.' }),
    count: t.exposeInt('count', { description: 'Rows, cells or columns that it touched.' }),
  }),
});

const Dialect = builder.objectRef<CsvDialect>('CsvDialect').implement({
  description: 'How the text of the file was cut into cells.',
  fields: (t) => ({
    delimiter: t.exposeString('delimiter', { description: 'One character, or up to four.' }),
    quote: t.exposeString('quote', { description: 'One character; empty when cells are not quoted.' }),
    escape: t.exposeString('escape', { description: 'Makes a quote inside quotes literal.' }),
    hasHeader: t.exposeBoolean('hasHeader', { description: 'Whether the first row holds names.' }),
    skipRows: t.exposeInt('skipRows', { description: 'Lines before the table.' }),
    encoding: t.exposeString('encoding', { description: 'Such as utf-8 or windows-1252.' }),
    decimal: t.exposeString('decimal', { description: 'Decimal mark of the numbers.' }),
    sheet: t.string({
      nullable: true,
      description: 'The sheet that was read; null unless the file is a workbook.',
      resolve: (row) => row.sheet ?? null,
    }),
    sheets: t.stringList({
      description: 'All sheets of a workbook, in its order; empty for other files.',
      resolve: (row) => row.sheets ?? [],
    }),
    confidence: t.exposeFloat('confidence', {
      description: '0 to 1: how far this reading is ahead of the next best.',
    }),
    repairs: t.field({
      type: [DialectRepair],
      description: 'What was changed while reading.',
      resolve: (row) => row.repairs,
    }),
  }),
});

export const DatasetWarning = builder.objectRef<TableWarning>('DatasetWarning').implement({
  description: 'Something odd in the file that did not keep it from being read.',
  fields: (t) => ({
    code: t.exposeString('code', { description: 'Stable, for programs.' }),
    message: t.exposeString('message', { description: 'What was seen and what was done; for people.' }),
    count: t.int({ nullable: true, description: 'How often.', resolve: (row) => row.count ?? null }),
  }),
});

export const Dataset = nodeType<DatasetRow>('Dataset', dataset).implement({
  description: 'An uploaded table.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id(nodeId('Dataset')),
    name: t.exposeString('name', { description: 'For people; can be changed.' }),
    fileName: t.exposeString('fileName', { description: 'As the client called the file; only text.' }),
    status: t.expose('status', { type: DatasetStatus, description: 'Where it stands.' }),
    rejection: t.field({
      type: Failure,
      nullable: true,
      description: 'Why the file could not be read: what, where, and what to do.',
      resolve: (row) => row.rejection,
    }),
    byteSize: t.expose('byteSize', { type: 'BigInt', description: 'Size of the file in bytes.' }),
    sha256: t.exposeString('sha256', {
      nullable: true,
      description: 'Of the file, hexadecimal; null until it has arrived.',
    }),
    rowCount: t.exposeInt('rowCount', { nullable: true, description: 'Rows without the header.' }),
    columns: t.field({
      type: [Column],
      nullable: true,
      description: 'In the order of the file.',
      resolve: (row) => row.columns,
    }),
    dialect: t.field({
      type: Dialect,
      nullable: true,
      description: 'How the text was read; null for files that carry their own structure.',
      resolve: (row) => row.dialect,
    }),
    warnings: t.field({
      type: [DatasetWarning],
      description: 'What was odd in the file.',
      resolve: (row) => row.warnings ?? [],
    }),
    preview: t.field({
      type: ['JSON'],
      nullable: { list: true, items: false },
      description: 'The first rows, objects by column name; null until the dataset is READY.',
      args: { first: t.arg.int({ defaultValue: 20, description: `1 to ${MAX_PREVIEW}.` }) },
      complexity: { field: 20 },
      resolve: (row, { first }, { services }) => {
        const rows = first ?? 20;
        if (rows < 1 || rows > MAX_PREVIEW)
          throw badInput('BAD_USER_INPUT', `Argument “first” takes 1 to ${MAX_PREVIEW}.`);
        return services.datasets.preview(row, rows);
      },
    }),
    storageKey: t.exposeString('storageKey', {
      nullable: true,
      description: 'Where the file is in the store, for debugging; null until it has arrived.',
    }),
    encryption: t.field({
      type: StorageEncryption,
      nullable: true,
      description: 'How the file is encrypted at rest; null until it has arrived.',
      resolve: async (row, _args, context) => (await objectOf(context, row.storageKey))?.encryption ?? null,
    }),
    storedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When its bytes began to arrive; before `createdAt` where they are those of an earlier file. Null until they are there.',
      resolve: async (row, _args, context) => (await objectOf(context, row.storageKey))?.createdAt ?? null,
    }),
    download: t.field({
      type: SignedUrl,
      description: 'A link to the file as it was uploaded.',
      args: { expiresInSeconds: t.arg.int({ defaultValue: 300, description: `1 to ${MAX_LINK_SECONDS}.` }) },
      resolve: (row, { expiresInSeconds }, { services }) =>
        services.datasets.downloadLink(row, linkSeconds(expiresInSeconds)),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the upload was requested.' }),
  }),
});

/** @throws GraphQLError BAD_USER_INPUT outside 1..900. */
export function linkSeconds(wished: number | null | undefined): number {
  const seconds = wished ?? 300;
  if (seconds >= 1 && seconds <= MAX_LINK_SECONDS) return seconds;
  throw badInput('BAD_USER_INPUT', `Argument “expiresInSeconds” takes 1 to ${MAX_LINK_SECONDS}.`);
}

const Sample = builder.objectRef<(typeof samples)[number]>('SampleDataset').implement({
  description: 'A table that ships with the server.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'For `createSampleDataset`.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    target: t.exposeString('target', { description: 'The column that is worth predicting.' }),
  }),
});

builder.queryFields((t) => ({
  sampleDatasets: t.field({
    type: [Sample],
    description: 'Tables that ship with the server.',
    resolve: () => [...samples],
  }),
  datasets: t.field({
    type: connectionType('QueryDatasetsConnection', Dataset, 'datasets'),
    description: 'The datasets of the viewer, newest first.',
    args: {
      ...pageArguments,
      search: t.arg.string({ description: 'Part of the name or of the file name.' }),
    },
    complexity: pageComplexity,
    resolve: async (_root, { first, after, search }, { services, viewer }) => {
      const size = pageSize(first);
      const rows = await services.datasets.page(viewer, {
        search,
        after: decodeNewest(after),
        limit: size + 1,
      });
      return toPage(rows, size, newestCursor, Boolean(after));
    },
  }),
}));
