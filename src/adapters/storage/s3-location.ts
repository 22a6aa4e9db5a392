import { S3Client } from '@aws-sdk/client-s3';

export type Encryption = {
  ServerSideEncryption?: 'AES256' | 'aws:kms';
  SSEKMSKeyId?: string;
};

/** Where in which store objects are, and how they are encrypted there. */
export type Location = {
  client: S3Client;
  bucket: string;
  /** Empty, or ending with a slash. */
  prefix: string;
  encryption: Encryption;
};

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^([A-Za-z0-9_-][A-Za-z0-9_.-]*\/)*$/;
const PARAMETERS = ['region', 'endpoint', 'sse', 'kmsKeyId'];

const CONNECT_MILLISECONDS = 5_000;
/** Without a byte in either direction. */
const SILENCE_MILLISECONDS = 60_000;
const MAX_SOCKETS = 256;
const MAX_ATTEMPTS = 4;

const refuse = (message: string) => new Error(`STORAGE_URL: ${message}`);

/**
 * Reads `s3://bucket/prefix?region=&endpoint=&sse=AES256|aws:kms|none&kmsKeyId=`; credentials come by the SDK's own chain.
 * @throws Error that names what is wrong, without repeating it.
 */
export function s3Location(text: string): Location {
  const url = parseUrl(text, 'it is no URL.');
  if (url.username || url.password)
    throw refuse('credentials do not belong there; use AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.');
  const unknown = [...url.searchParams.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) throw refuse(`a parameter is unknown; there are ${PARAMETERS.join(', ')}.`);
  const bucket = url.host;
  if (!BUCKET.test(bucket)) throw refuse('the name of the bucket has 3 to 63 of a-z, 0-9, “.” and “-”.');
  const prefix = url.pathname.replace(/^\/|\/$/g, '').replace(/.$/, '$&/');
  if (!PREFIX.test(prefix)) throw refuse('the prefix may have letters, digits, “_”, “-”, “.” and “/”.');
  return {
    ...{ bucket, prefix, encryption: encryptionOf(url.searchParams) },
    client: connect(url.searchParams.get('region'), url.searchParams.get('endpoint')),
  };
}

function encryptionOf(parameters: URLSearchParams): Encryption {
  const keyId = parameters.get('kmsKeyId');
  const mode = parameters.get('sse') ?? (keyId ? 'aws:kms' : 'AES256');
  if (mode !== 'aws:kms' && keyId) throw refuse('kmsKeyId goes with sse=aws:kms.');
  if (mode === 'none') return {};
  if (mode !== 'AES256' && mode !== 'aws:kms') throw refuse('sse is AES256, aws:kms or none.');
  return { ServerSideEncryption: mode, ...(keyId ? { SSEKMSKeyId: keyId } : {}) };
}

function connect(region: string | null, endpoint: string | null): S3Client {
  if (endpoint && !/^https?:$/.test(parseUrl(endpoint, 'the endpoint is no URL.').protocol))
    throw refuse('the endpoint begins with http:// or https://.');
  return new S3Client({
    // other stores than Amazon's take any region, and not all know buckets as host names
    ...(region || endpoint ? { region: region || 'us-east-1' } : {}),
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    // each body is signed by its SHA-256 already, and not every store knows the newer checksums
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_MILLISECONDS,
      socketTimeout: SILENCE_MILLISECONDS,
      httpAgent: { maxSockets: MAX_SOCKETS },
      httpsAgent: { maxSockets: MAX_SOCKETS },
    },
  });
}

function parseUrl(text: string, fault: string): URL {
  try {
    return new URL(text);
  } catch {
    throw refuse(fault);
  }
}
