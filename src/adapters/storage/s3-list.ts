import {
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandInput,
  ListPartsCommand,
  type Part,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { answered, translate } from './s3-errors.ts';
import type { Location } from './s3-location.ts';
import type { Upload } from './s3-send.ts';

/** What a page may hold in every store. */
const PAGE = 1_000;

export type Listed = { key: string; byteSize: number; modifiedAt: Date };

/** The objects whose keys begin with `beginning`; the prefix of the store is not in them. */
export async function* listObjects(
  { client, bucket, prefix }: Location,
  beginning: string,
): AsyncGenerator<Listed, void> {
  const place = { Bucket: bucket, Prefix: prefix + beginning };
  try {
    for await (const { Contents = [] } of paginateListObjectsV2({ client, pageSize: PAGE }, place)) {
      for (const { Key = '', Size = 0, LastModified = new Date() } of Contents)
        yield { key: Key.slice(prefix.length), byteSize: Size, modifiedAt: LastModified };
    }
  } catch (error) {
    throw translate(error);
  }
}

/** The parts of an upload that the store has. @throws StorageError UPLOAD_NOT_FOUND. */
export async function listParts({ client }: Location, upload: Upload): Promise<Part[]> {
  const parts: Part[] = [];
  for (let PartNumberMarker: string | undefined; ; ) {
    const page = await answered(
      client.send(new ListPartsCommand({ ...upload, MaxParts: PAGE, PartNumberMarker })),
    );
    parts.push(...(page.Parts ?? []));
    if (!page.IsTruncated) return parts;
    PartNumberMarker = page.NextPartNumberMarker;
  }
}

/** Unfinished uploads, whoever began them. */
export async function* listUploads({
  client,
  bucket,
  prefix,
}: Location): AsyncGenerator<Upload & { begunAt: Date }, void> {
  const place = { Bucket: bucket, Prefix: prefix, MaxUploads: PAGE };
  for (let after: Pick<ListMultipartUploadsCommandInput, 'KeyMarker' | 'UploadIdMarker'> = {}; ; ) {
    const page = await answered(client.send(new ListMultipartUploadsCommand({ ...place, ...after })));
    const { Uploads = [] } = page;
    for (const { Key = '', UploadId = '', Initiated = new Date() } of Uploads)
      yield { Bucket: bucket, Key, UploadId, begunAt: Initiated };
    if (!page.IsTruncated) return;
    // as the store gives them: some go by the id alone, and skip uploads when they are told a key
    after = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  }
}
