import { builder } from '#builder.ts';
import { columnTypeSchema } from '#contract/table.ts';
import { described } from '#enums.ts';
import { ValidationError } from '#errors.ts';
import { mutation, nodeSuccess } from '#mutation.ts';
import { requireRow } from '#nodes.ts';
import { Dataset } from './graphql.ts';
import type { DatasetRow } from './table.ts';

type Ticket = ReturnType<import('./upload.ts').UploadService['uploadTicket']>;

const UploadProtocol = builder.enumType('UploadProtocol', {
  description: 'How a client can send a file: one PUT, resumable by tus, or parts straight to S3.',
  values: described({
    PUT: 'The whole file in one request.',
    TUS: 'Resumable, by the protocol of tus.io.',
    S3_MULTIPART: 'In parts, straight to the store.',
  }),
});

const HttpHeader = builder.objectRef<{ name: string; value: string }>('HttpHeader').implement({
  description: 'A header to send along.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Lower case.' }),
    value: t.exposeString('value', { description: 'As it is.' }),
  }),
});

const UploadPart = builder
  .objectRef<{ number: number; url: string; offset: number; size: number }>('UploadPart')
  .implement({
    description: 'One part of a file that is sent in parts.',
    fields: (t) => ({
      number: t.exposeInt('number', { description: 'Counts from 1.' }),
      url: t.expose('url', { type: 'URL', description: 'Carries its own permission.' }),
      offset: t.expose('offset', { type: 'BigInt', description: 'First byte of the part.' }),
      size: t.expose('size', { type: 'BigInt', description: 'Bytes of the part.' }),
    }),
  });

const UploadTicket = builder.objectRef<Ticket>('UploadTicket').implement({
  description: 'Where and how to send the bytes; `completeUpload` follows.',
  fields: (t) => ({
    protocol: t.expose('protocol', {
      type: UploadProtocol,
      description: 'The one chosen from those that the client can do.',
    }),
    method: t.exposeString('method', { description: 'HTTP method.' }),
    url: t.expose('url', { type: 'URL', description: 'Carries its own permission: no cookie, no token.' }),
    headers: t.field({
      type: [HttpHeader],
      description: 'To send along.',
      resolve: (ticket) => ticket.headers,
    }),
    parts: t.field({
      type: [UploadPart],
      nullable: true,
      description: 'For protocols that send parts.',
      resolve: (): { number: number; url: string; offset: number; size: number }[] | null => null,
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'From then on the address is refused.',
    }),
  }),
});

const RequestUploadSuccess = builder.objectRef<{ rowId: string }>('RequestUploadSuccess').implement({
  description: 'A dataset in UPLOADING and the way to send its bytes.',
  fields: (t) => ({
    dataset: t.field({
      type: Dataset,
      description: 'Holds the place of the file.',
      resolve: ({ rowId }, _args, context) => requireRow<DatasetRow>(context, 'Dataset', rowId),
    }),
    upload: t.field({
      type: UploadTicket,
      description: 'Where to send the bytes.',
      resolve: async ({ rowId }, _args, context) =>
        context.services.uploads.uploadTicket(await requireRow<DatasetRow>(context, 'Dataset', rowId)),
    }),
  }),
});

const idempotencyNote = 'Repeats within 24 hours give the first result.';

mutation('requestUpload', {
  description: 'Announces a file of any size and tells where to PUT it.',
  input: (t) => ({
    fileName: t.string({ required: true, description: 'Only text; it never becomes part of a path.' }),
    byteSize: t.field({ type: 'BigInt', required: true, description: 'Exact size in bytes.' }),
    name: t.string({ description: 'Default: the file name without its ending.' }),
    protocols: t.field({
      type: [UploadProtocol],
      defaultValue: ['PUT'] as never,
      description: 'What the client can do.',
    }),
    idempotencyKey: t.string({ description: idempotencyNote }),
  }),
  success: RequestUploadSuccess,
  resolve: async (input, { viewer, services }) => ({
    rowId: await services.uploads.requestUpload(viewer, input),
  }),
});

mutation('completeUpload', {
  description: 'Says that the bytes have been sent; reading begins. Repeats change nothing.',
  input: (t) => ({ datasetId: t.id({ required: true, description: 'From `requestUpload`.' }) }),
  success: nodeSuccess('CompleteUploadSuccess', 'dataset', Dataset, 'Dataset'),
  resolve: async (input, { viewer, services }) => ({
    rowId: await services.uploads.completeUpload(viewer, input),
  }),
});

mutation('uploadDataset', {
  description: 'Uploads a small file (up to 20 MiB) in a GraphQL multipart request; reading begins at once.',
  input: (t) => ({
    file: t.field({ type: 'File', required: true, description: 'A part of the multipart request.' }),
    name: t.string({ description: 'Default: the file name without its ending.' }),
    idempotencyKey: t.string({ description: idempotencyNote }),
  }),
  success: nodeSuccess('UploadDatasetSuccess', 'dataset', Dataset, 'Dataset'),
  resolve: async (input, { viewer, services }) => ({
    rowId: await services.uploads.uploadFile(viewer, input),
  }),
});

mutation('createSampleDataset', {
  description: 'Makes a dataset from a table that ships with the server; `sampleDatasets` lists them.',
  input: (t) => ({ key: t.string({ required: true, description: 'Of a sample.' }) }),
  success: nodeSuccess('CreateSampleDatasetSuccess', 'dataset', Dataset, 'Dataset'),
  resolve: async (input, { viewer, services }) => ({
    rowId: await services.uploads.createSample(viewer, input),
  }),
});

const CsvDialectInput = builder.inputType('CsvDialectInput', {
  description: 'What to read otherwise than it was understood; the rest stays detected.',
  fields: (t) => ({
    delimiter: t.string({ description: 'One character.' }),
    quote: t.string({ description: 'One character, or empty.' }),
    escape: t.string({ description: 'One character.' }),
    hasHeader: t.boolean({ description: 'Whether the first row holds names.' }),
    skipRows: t.int({ description: 'Lines before the table.' }),
    encoding: t.string({ description: 'Such as utf-8 or windows-1252.' }),
    decimal: t.string({ description: '`.` or `,`.' }),
  }),
});

const ColumnTypeInput = builder.inputType('ColumnTypeInput', {
  description: 'A column whose type was not understood.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Of the column.' }),
    type: t.string({ required: true, description: columnTypeSchema.options.join(', ') }),
  }),
});

mutation('updateDataset', {
  description: 'Renames a dataset, or reads its file again with another dialect or other column types.',
  input: (t) => ({
    datasetId: t.id({ required: true, description: 'Of a dataset.' }),
    name: t.string({ description: 'For people.' }),
    dialect: t.field({ type: CsvDialectInput, description: 'Given: the file is read again.' }),
    columnTypes: t.field({ type: [ColumnTypeInput], description: 'Given: the file is read again.' }),
  }),
  success: nodeSuccess('UpdateDatasetSuccess', 'dataset', Dataset, 'Dataset'),
  resolve: async (input, { viewer, services }) => {
    const columnTypes = input.columnTypes?.map((override, index) => {
      const type = columnTypeSchema.safeParse(override.type);
      if (type.success) return { name: override.name, type: type.data };
      throw new ValidationError('COLUMN_TYPE_UNKNOWN', `Use one of ${columnTypeSchema.options.join(', ')}.`, {
        path: ['input', 'columnTypes', String(index), 'type'],
      });
    });
    const dialect = input.dialect ? checkedDialect(input.dialect) : null;
    const { datasetId, name } = input;
    return { rowId: await services.datasets.update(viewer, { datasetId, name, dialect, columnTypes }) };
  },
});

type DialectWishes = {
  [Key in 'delimiter' | 'quote' | 'escape' | 'encoding' | 'decimal']?: string | null | undefined;
} & {
  hasHeader?: boolean | null | undefined;
  skipRows?: number | null | undefined;
};

function checkedDialect(given: DialectWishes) {
  const wrong = (field: string, message: string) =>
    new ValidationError('DIALECT_INVALID', message, { path: ['input', 'dialect', field] });
  if (given.delimiter != null && [...given.delimiter].length !== 1)
    throw wrong('delimiter', 'Use one character.');
  if (given.quote != null && [...given.quote].length > 1) throw wrong('quote', 'Use one character, or none.');
  if (given.escape != null && [...given.escape].length !== 1) throw wrong('escape', 'Use one character.');
  if (given.skipRows != null && (given.skipRows < 0 || given.skipRows > 100_000))
    throw wrong('skipRows', 'Use 0 to 100000.');
  if (given.decimal != null && given.decimal !== '.' && given.decimal !== ',')
    throw wrong('decimal', 'Use a point or a comma.');
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value != null));
}
