import { ValidationError } from '#errors.ts';
import { encodeId } from '#ids.ts';
import type { DirectLinks } from '#ports/storage.ts';
import type { DatasetPorts } from './service.ts';
import type { DatasetRow, UploadRow } from './table.ts';
import type { UploadRows } from './upload-rows.ts';

const LINK_LIFETIME_SECONDS = 900;

/** How bytes can be sent, best first. */
const uploadProtocols = ['S3_MULTIPART', 'TUS', 'PUT'] as const;
export type UploadProtocol = (typeof uploadProtocols)[number];

export type UploadPart = Awaited<ReturnType<DirectLinks['parts']>>[number];
export type UploadTicket = {
  protocol: UploadProtocol;
  method: string;
  url: string;
  headers: { name: string; value: string }[];
  parts: UploadPart[] | null;
  expiresAt: Date;
};

/** Where and how the bytes of a dataset are to be sent. */
export function uploadTickets(
  { storage, links }: Pick<DatasetPorts, 'storage' | 'links'>,
  uploads: UploadRows,
) {
  const offered = uploadProtocols.filter((protocol) => protocol !== 'S3_MULTIPART' || storage.direct);

  /** Those that both can, best first. @throws ValidationError UPLOAD_PROTOCOL_NOT_SUPPORTED. */
  function common(wished: readonly UploadProtocol[] | null | undefined): UploadProtocol[] {
    const found = offered.filter((protocol) => (wished ?? ['PUT']).includes(protocol));
    if (found.length > 0) return found;
    throw new ValidationError('UPLOAD_PROTOCOL_NOT_SUPPORTED', `This server offers ${offered.join(', ')}.`, {
      path: ['input', 'protocols'],
    });
  }

  function putTicket(row: DatasetRow, expiresAt: Date): UploadTicket {
    const scope = { method: 'PUT' as const, key: row.id, expiresAt };
    return {
      ...{ protocol: 'PUT', method: 'PUT', parts: null },
      ...links.sign(`/uploads/${encodeId('Dataset', row.id)}`, scope),
      headers: [{ name: 'content-type', value: 'application/octet-stream' }],
    };
  }

  function tusTicket(row: DatasetRow, open: UploadRow | null, expiresAt: Date): UploadTicket {
    const scope = { method: 'TUS' as const, key: open?.storageKey ?? row.storageKey ?? row.id, expiresAt };
    return {
      ...{ protocol: 'TUS', method: 'PATCH', parts: null },
      ...links.sign(`/uploads/${encodeId('Dataset', row.id)}/tus`, scope),
      headers: [
        { name: 'tus-resumable', value: '1.0.0' },
        { name: 'content-type', value: 'application/offset+octet-stream' },
      ],
    };
  }

  async function partsTicket(
    row: DatasetRow,
    open: UploadRow | null,
    expiresAt: Date,
  ): Promise<UploadTicket> {
    const known = open && storage.direct;
    const parts = known ? await storage.direct.parts(open.storageKey, open.uploadId, expiresAt) : [];
    const { url } = parts[0] ?? putTicket(row, expiresAt);
    return { protocol: 'S3_MULTIPART', method: 'PUT', url, headers: [], parts, expiresAt };
  }

  return {
    offered,
    common,
    /** Goes on with what was begun where the client can. The links are short-lived: another ticket has fresh ones. */
    async ticket(
      row: DatasetRow,
      wished: readonly UploadProtocol[] | null | undefined,
    ): Promise<UploadTicket> {
      const possible = common(wished);
      const begun = await uploads.of(row.id);
      const protocol = possible.find((one) => one === begun?.protocol) ?? possible[0] ?? 'PUT';
      const expiresAt = new Date(Date.now() + LINK_LIFETIME_SECONDS * 1_000);
      if (protocol === 'PUT') return putTicket(row, expiresAt);
      const open = row.status === 'UPLOADING' ? await uploads.open(row, protocol) : null;
      if (protocol === 'TUS') return tusTicket(row, open, expiresAt);
      return partsTicket(row, open, expiresAt);
    },
  };
}
