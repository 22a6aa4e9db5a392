import {
  DeleteObjectCommand,
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyStatusCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { newId } from '#ids.ts';
import { toldOfBucket } from './s3-bucket.ts';
import { answered } from './s3-errors.ts';
import { listObjects, listUploads } from './s3-list.ts';
import { type Location, s3Location } from './s3-location.ts';
import { resumableUploads } from './s3-resumable.ts';
import type { Target } from './s3-send.ts';

/** Null is what cannot be told: the store does not know the question, or the server may not ask it. */
export type BucketInspection = {
  bucket: string;
  /** As the store tells it of an object just written. */
  encryption: string | null;
  /** Whether somebody without credentials reads the server's objects, or a policy lets the public in. */
  isPublic: boolean | null;
  /** Whether the bucket refuses to be made public. */
  blocksPublicAccess: boolean | null;
  /** Days after which the bucket itself drops unfinished uploads; 0 when it never does. */
  dropsUnfinishedAfterDays: number | null;
  /** Whether browsers may send parts by direct links. */
  letsBrowsersSend: boolean | null;
  offersDirectLinks: boolean;
  /** By how much the clock of this machine is ahead of the store's. */
  clockAheadSeconds: number | null;
};

const ANONYMOUS_MILLISECONDS = 10_000;
const NOT_CONFIGURED = /^NoSuch\w*(Configuration|Policy)$/;

/**
 * Does for a moment all that the server does with a bucket, and looks at how it is set up.
 * @throws StorageError when the bucket cannot be used.
 */
export async function inspectBucket(
  url: string,
  { workDirectory }: { workDirectory: string },
): Promise<BucketInspection> {
  const location = s3Location(url);
  const { client, bucket, prefix } = location;
  const key = `inspection/${newId()}`;
  const object = { Bucket: bucket, Key: prefix + key };
  const removal = () => answered(client.send(new DeleteObjectCommand(object)));
  try {
    await answered(client.send(new PutObjectCommand({ ...object, ...location.encryption, Body: 'aliquot' })));
    const seen = await look(location, object).catch(async (error) => {
      await removal().catch(() => {});
      throw error;
    });
    await removal();
    const resumable = resumableUploads(location, { workDirectory });
    const uploadId = await resumable.begin(key, 1);
    await resumable.offset(key, uploadId).finally(() => resumable.abort(key, uploadId));
    await listObjects(location, 'inspection/').next();
    await listUploads(location).next();
    const { isReadByAnyone, ...told } = seen;
    return { bucket, ...told, ...(await readSettings(location, isReadByAnyone)) };
  } catch (error) {
    return await toldOfBucket(location, error);
  } finally {
    client.destroy();
  }
}

async function look({ client }: Location, object: Target) {
  const { ServerSideEncryption } = await answered(client.send(new HeadObjectCommand(object)));
  const { Body } = await answered(client.send(new GetObjectCommand(object)));
  await Body?.transformToByteArray();
  const address = new URL(await answered(getSignedUrl(client, new GetObjectCommand(object))));
  address.search = '';
  const signal = AbortSignal.timeout(ANONYMOUS_MILLISECONDS);
  const answer = await fetch(address, { redirect: 'manual', signal }).catch(() => null);
  await answer?.body?.cancel();
  const storeTime = Date.parse(answer?.headers.get('date') ?? '');
  return {
    encryption: ServerSideEncryption ?? null,
    isReadByAnyone: answer && (answer.ok || ([401, 403].includes(answer.status) ? false : null)),
    clockAheadSeconds: Number.isNaN(storeTime) ? null : Math.round((Date.now() - storeTime) / 1_000),
  };
}

async function readSettings({ client, bucket, prefix, signer }: Location, isReadByAnyone: boolean | null) {
  const place = { Bucket: bucket };
  const [block, policy, lifecycle, cors] = await Promise.all([
    settingOf(client.send(new GetPublicAccessBlockCommand(place))),
    settingOf(client.send(new GetBucketPolicyStatusCommand(place))),
    settingOf(client.send(new GetBucketLifecycleConfigurationCommand(place))),
    settingOf(client.send(new GetBucketCorsCommand(place))),
  ]);
  const blocked = block?.PublicAccessBlockConfiguration ?? {};
  const { BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets } = blocked;
  const blocks = [BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets];
  const days = (lifecycle?.Rules ?? [])
    .filter(
      ({ Status, Filter, Prefix }) =>
        Status === 'Enabled' && prefix.startsWith(Filter?.Prefix ?? Prefix ?? ''),
    )
    .flatMap(
      ({ AbortIncompleteMultipartUpload }) => AbortIncompleteMultipartUpload?.DaysAfterInitiation ?? [],
    );
  const allowsPut = cors?.CORSRules?.some(({ AllowedMethods }) => AllowedMethods?.includes('PUT')) ?? false;
  return {
    isPublic: policy?.PolicyStatus?.IsPublic || isReadByAnyone,
    blocksPublicAccess: block && blocks.every(Boolean),
    dropsUnfinishedAfterDays: lifecycle && (days.length > 0 ? Math.min(...days) : 0),
    letsBrowsersSend: cors && allowsPut,
    offersDirectLinks: signer !== null,
  };
}

/** An empty setting where the bucket has none; null where that cannot be told. */
async function settingOf<Setting extends object>(asked: Promise<Setting>): Promise<Partial<Setting> | null> {
  return asked.catch((error: Error) => (NOT_CONFIGURED.test(error.name) ? {} : null));
}
