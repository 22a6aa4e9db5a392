import { StorageError, type StorageErrorCode } from '#ports/storage.ts';

/** KEY_MISSING is of files, TOO_LARGE says how large. */
type Told = Exclude<StorageErrorCode, 'TOO_LARGE' | 'KEY_MISSING'>;

/** What to mend, by code; neither the bucket nor a key nor what the store wrote is in it. */
const messages: Record<Told, string> = {
  ACCESS_DENIED:
    'The object store refused the credentials of the server. Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or ' +
    'the role) and that they may put, get, delete and list in the bucket and use its encryption key.',
  BUCKET_NOT_FOUND: 'The bucket does not exist. Create it, or correct S3_BUCKET or STORAGE_URL.',
  WRONG_REGION: 'The bucket is in another region. Correct S3_REGION or the region in STORAGE_URL.',
  CLOCK_SKEW: 'The clock of the server differs from that of the object store. Set it right, best by NTP.',
  STORAGE_UNREACHABLE:
    'The object store does not answer. Check S3_ENDPOINT or STORAGE_URL, the network and its certificate.',
  SLOW_DOWN: 'The object store is asking for fewer requests. Try again in a moment.',
  STORAGE_FULL: 'The store has no room left for this file.',
  STORAGE_FAILED: 'The object store could not do this.',
  OBJECT_NOT_FOUND: 'The file is not in the store.',
  CORRUPTED: 'The bytes were changed on their way to the object store. Check the network in between.',
  UPLOAD_NOT_FOUND: 'There is no such upload: it was finished, given up, or swept.',
  UPLOAD_INCOMPLETE: 'Not all bytes of the file have arrived.',
  OFFSET_MISMATCH: 'The bytes do not begin where those that are kept end.',
};

const byName: Record<string, Told | 'TOO_LARGE'> = {
  NoSuchBucket: 'BUCKET_NOT_FOUND',
  NoSuchKey: 'OBJECT_NOT_FOUND',
  NotFound: 'OBJECT_NOT_FOUND',
  PermanentRedirect: 'WRONG_REGION',
  TemporaryRedirect: 'WRONG_REGION',
  AuthorizationHeaderMalformed: 'WRONG_REGION',
  IllegalLocationConstraintException: 'WRONG_REGION',
  RequestTimeTooSkewed: 'CLOCK_SKEW',
  RequestExpired: 'CLOCK_SKEW',
  SlowDown: 'SLOW_DOWN',
  ServiceUnavailable: 'SLOW_DOWN',
  TooManyRequests: 'SLOW_DOWN',
  ThrottlingException: 'SLOW_DOWN',
  NoSuchUpload: 'UPLOAD_NOT_FOUND',
  BadDigest: 'CORRUPTED',
  EntityTooLarge: 'TOO_LARGE',
  QuotaExceeded: 'STORAGE_FULL',
  XMinioStorageFull: 'STORAGE_FULL',
  CredentialsProviderError: 'ACCESS_DENIED',
  InvalidAccessKeyId: 'ACCESS_DENIED',
  SignatureDoesNotMatch: 'ACCESS_DENIED',
  InvalidToken: 'ACCESS_DENIED',
  ExpiredToken: 'ACCESS_DENIED',
  TimeoutError: 'STORAGE_UNREACHABLE',
};

const byStatus: Record<number, Told> = {
  301: 'WRONG_REGION',
  307: 'WRONG_REGION',
  401: 'ACCESS_DENIED',
  403: 'ACCESS_DENIED',
  404: 'OBJECT_NOT_FOUND',
  429: 'SLOW_DOWN',
  503: 'SLOW_DOWN',
  507: 'STORAGE_FULL',
};

const passing: StorageErrorCode[] = ['SLOW_DOWN', 'STORAGE_UNREACHABLE', 'CLOCK_SKEW', 'CORRUPTED'];

const LOCAL_DISK_FULL = /^(ENOSPC|EDQUOT)$/;
const UNREACHABLE =
  /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EPIPE|EHOST|ENET|EPROTO|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_TLS|ERR_SSL|HPE_)/;

type SdkError = Error & { code?: unknown; $metadata?: { httpStatusCode?: number; requestId?: string } };

export const storageError = (code: Told, cause?: Error) =>
  new StorageError(code, messages[code], cause ? { cause } : {});

export const isMissing = (error: unknown): boolean =>
  error instanceof StorageError && error.code === 'OBJECT_NOT_FOUND';

export const isUploadGone = (error: unknown): boolean =>
  error instanceof StorageError && error.code === 'UPLOAD_NOT_FOUND';

/** What the SDK or the network threw, as the port tells it; an abort stays an abort. */
export function translate(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StorageError || error.name === 'AbortError') return error;
  const code = codeOf(error);
  if (code === 'TOO_LARGE')
    return new StorageError(code, 'The object store takes no file of this size.', { cause: witness(error) });
  return storageError(code, witness(error));
}

function codeOf(error: SdkError): Told | 'TOO_LARGE' {
  if (error.message === 'Region is missing') return 'WRONG_REGION';
  const nodeCode = typeof error.code === 'string' ? error.code : '';
  if (LOCAL_DISK_FULL.test(nodeCode)) return 'STORAGE_FULL';
  if (UNREACHABLE.test(nodeCode)) return 'STORAGE_UNREACHABLE';
  const status = error.$metadata?.httpStatusCode ?? 0;
  if (error.name.startsWith('KMS.')) return 'ACCESS_DENIED';
  return byName[error.name] ?? byStatus[status] ?? 'STORAGE_FAILED';
}

/** Whether a request that failed so may succeed when it is repeated; the SDK has set its clock right by then. */
export function mayPass(error: unknown): boolean {
  if (!(error instanceof Error) || error.name === 'AbortError') return false;
  return passing.includes(codeOf(error)) || ((error as SdkError).$metadata?.httpStatusCode ?? 0) >= 500;
}

/** For the log: the SDK's own error carries signed headers, keys and endpoints. */
function witness(error: SdkError): Error {
  const { httpStatusCode = '-', requestId = '-' } = error.$metadata ?? {};
  const code = typeof error.code === 'string' ? error.code : '-';
  return new Error(`${error.name}, code ${code}, status ${httpStatusCode}, request ${requestId}`);
}

/** Awaits an answer of the SDK or of the local disk. @throws StorageError. */
export const answered = <Answer>(request: Promise<Answer>): Promise<Answer> =>
  request.catch((error) => {
    throw translate(error);
  });
