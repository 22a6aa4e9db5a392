import { S3Client } from '@aws-sdk/client-s3';
import { type Turns, turns } from './turns.ts';

/** As requests that begin an object ask for it. */
type EncryptionFields = {
  ServerSideEncryption?: 'AES256' | 'aws:kms';
  SSEKMSKeyId?: string;
};

/** Where in which store objects are, and how they are encrypted there. */
export type Location = {
  client: S3Client;
  bucket: string;
  /** Empty, or ending with a slash. */
  prefix: string;
  encryption: EncryptionFields;
  /** Signs links to the address that clients reach the store at; null where they do not reach it. */
  signer: S3Client | null;
  /** Of requests with a piece of a file, over all uploads: what waits is on disk and takes no memory. */
  inTurn: Turns;
};

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^([A-Za-z0-9_-][A-Za-z0-9_.-]*\/)*$/;
const PARAMETERS = ['region', 'endpoint', 'publicEndpoint', 'direct', 'sse', 'kmsKeyId'];

const CONNECT_MILLISECONDS = 5_000;
/** Without a byte in either direction. */
const SILENCE_MILLISECONDS = 60_000;
const MAX_SOCKETS = 256;
const PIECES_AT_ONCE = 16;
export const MAX_ATTEMPTS = 4;

const silent = { debug() {}, info() {}, warn() {}, error() {} };

const refuse = (message: string) => new Error(`STORAGE_URL: ${message}`);

/**
 * Reads `s3://bucket/prefix?region=&endpoint=&publicEndpoint=&direct=on|off&sse=AES256|aws:kms|none&kmsKeyId=`; credentials
 * come by the SDK's own chain.
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
  const region = url.searchParams.get('region');
  const encryption = encryptionOf(url.searchParams);
  const direct = url.searchParams.get('direct') ?? 'on';
  if (direct !== 'on' && direct !== 'off') throw refuse('direct is on or off.');
  const client = connect(region, endpointOf(url.searchParams, 'endpoint'));
  const publicEndpoint = endpointOf(url.searchParams, 'publicEndpoint');
  const signer = publicEndpoint ? connect(region, publicEndpoint) : client;
  const inTurn = turns(PIECES_AT_ONCE);
  return { client, bucket, prefix, encryption, signer: direct === 'on' ? signer : null, inTurn };
}

function endpointOf(parameters: URLSearchParams, name: string): string | null {
  const endpoint = parameters.get(name);
  if (endpoint && !/^https?:$/.test(parseUrl(endpoint, `the ${name} is no URL.`).protocol))
    throw refuse(`the ${name} begins with http:// or https://.`);
  return endpoint;
}

function encryptionOf(parameters: URLSearchParams): EncryptionFields {
  const keyId = parameters.get('kmsKeyId');
  const mode = parameters.get('sse') ?? (keyId ? 'aws:kms' : 'AES256');
  if (mode !== 'aws:kms' && keyId) throw refuse('kmsKeyId goes with sse=aws:kms.');
  if (mode === 'none') return {};
  if (mode !== 'AES256' && mode !== 'aws:kms') throw refuse('sse is AES256, aws:kms or none.');
  return { ServerSideEncryption: mode, ...(keyId ? { SSEKMSKeyId: keyId } : {}) };
}

function connect(region: string | null, endpoint: string | null): S3Client {
  return new S3Client({
    // other stores than Amazon's take any region, and not all know buckets as host names
    ...(region || endpoint ? { region: region || 'us-east-1' } : {}),
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    // bodies go with their MD5, which every store checks; not all know the newer checksums, and a signed link
    // would hold that of an empty body
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // it would write to the console of each body that it does not repeat; here that is done
    logger: silent,
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
