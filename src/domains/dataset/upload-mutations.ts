import { builder } from '#builder.ts';
import { described } from '#enums.ts';
import { mutation, nodeSuccess } from '#mutation.ts';
import { requireRow } from '#nodes.ts';
import { Dataset } from './graphql.ts';
import type { DatasetRow } from './table.ts';
import type {
  UploadPart as PartRow,
  UploadProtocol as Protocol,
  UploadTicket as Ticket,
} from './upload-ticket.ts';

export const UploadProtocol = builder.enumType('UploadProtocol', {
  description: 'How a client can send a file: one PUT, resumable by tus, or parts straight to S3.',
  values: described<Protocol>({
    PUT: 'The whole file in one request; one that was cut off is sent again.',
    TUS: 'Resumable, by the protocol of tus.io.',
    S3_MULTIPART:
      'In parts, straight to the store; the client knows how far it is, the server tells no progress.',
  }),
});

const HttpHeader = builder.objectRef<{ name: string; value: string }>('HttpHeader').implement({
  description: 'A header to send along.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Lower case.' }),
    value: t.exposeString('value', { description: 'As it is.' }),
  }),
});

const UploadPart = builder.objectRef<PartRow>('UploadPart').implement({
  description: 'One part of a file that is sent in parts: PUT it whole, in any order.',
  fields: (t) => ({
    number: t.exposeInt('number', { description: 'Counts from 1.' }),
    url: t.expose('url', { type: 'URL', description: 'Carries its own permission.' }),
    offset: t.expose('offset', { type: 'BigInt', description: 'First byte of the part.' }),
    size: t.expose('byteSize', { type: 'BigInt', description: 'Bytes of the part.' }),
    isStored: t.exposeBoolean('isStored', {
      description: 'Whether it has arrived: it need not be sent again.',
    }),
  }),
});

const UploadTicket = builder.objectRef<Ticket>('UploadTicket').implement({
  description: 'Where and how to send the bytes; `completeUpload` follows.',
  fields: (t) => ({
    protocol: t.expose('protocol', {
      type: UploadProtocol,
      description: 'The best of those that the client can do; the one that was begun, if it is among them.',
    }),
    method: t.exposeString('method', { description: 'HTTP method.' }),
    url: t.expose('url', {
      type: 'URL',
      description:
        'Carries its own permission: no cookie, no token. TUS: the address of the upload, which exists already; HEAD tells how far it is, DELETE starts it over.',
    }),
    headers: t.field({
      type: [HttpHeader],
      description: 'To send along.',
      resolve: (ticket) => ticket.headers,
    }),
    parts: t.field({
      type: [UploadPart],
      nullable: true,
      description: 'For protocols that send parts.',
      resolve: (ticket) => ticket.parts,
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'From then on the address is refused; `resumeUpload` gives a fresh one.',
    }),
  }),
});

type Ticketed = { rowId: string; protocols: readonly Protocol[] | null | undefined };

const ticketSuccess = (name: string, description: string) =>
  builder.objectRef<Ticketed>(name).implement({
    description,
    fields: (t) => ({
      dataset: t.field({
        type: Dataset,
        description: 'Holds the place of the file.',
        resolve: ({ rowId }, _args, context) => requireRow<DatasetRow>(context, 'Dataset', rowId),
      }),
      upload: t.field({
        type: UploadTicket,
        description: 'Where to send the bytes.',
        resolve: async ({ rowId, protocols }, _args, context) =>
          context.services.uploads.ticket(await requireRow<DatasetRow>(context, 'Dataset', rowId), protocols),
      }),
    }),
  });

const idempotencyNote = 'Repeats within 24 hours give the first result.';
const protocolsNote = 'What the client can do.';

mutation('requestUpload', {
  description: 'Announces a file of any size and tells where to send it.',
  input: (t) => ({
    fileName: t.string({ required: true, description: 'Only text; it never becomes part of a path.' }),
    byteSize: t.field({ type: 'BigInt', required: true, description: 'Exact size in bytes.' }),
    name: t.string({ description: 'Default: the file name without its ending.' }),
    protocols: t.field({ type: [UploadProtocol], defaultValue: ['PUT'], description: protocolsNote }),
    idempotencyKey: t.string({ description: idempotencyNote }),
  }),
  success: ticketSuccess('RequestUploadSuccess', 'A dataset in UPLOADING and the way to send its bytes.'),
  resolve: async (input, { viewer, services }) => ({
    rowId: await services.uploads.requestUpload(viewer, input),
    protocols: input.protocols,
  }),
});

mutation('resumeUpload', {
  description:
    'Fresh addresses for a file that has not arrived whole yet: after a cut, in another tab, on another device. What has arrived stays.',
  input: (t) => ({
    datasetId: t.id({ required: true, description: 'From `requestUpload`.' }),
    protocols: t.field({ type: [UploadProtocol], defaultValue: ['PUT'], description: protocolsNote }),
  }),
  success: ticketSuccess('ResumeUploadSuccess', 'A dataset in UPLOADING and the way to send the rest.'),
  resolve: async (input, { viewer, services }) => ({
    rowId: await services.uploads.resumeUpload(viewer, input),
    protocols: input.protocols,
  }),
});

mutation('completeUpload', {
  description:
    'Says that the bytes have been sent; reading begins. What is plainly no table is REJECTED at once. Repeats change nothing.',
  input: (t) => ({
    datasetId: t.id({ required: true, description: 'From `requestUpload`.' }),
    sha256: t.string({
      description:
        'Of the whole file, hexadecimal; a dataset whose bytes differ is REJECTED when it is read.',
    }),
  }),
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
