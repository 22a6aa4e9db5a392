import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const csv = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  );

/** INPUT/OUTPUT, such as 2/10. */
const prices = z
  .string()
  .regex(/^\d+(\.\d+)?\/\d+(\.\d+)?$/, 'use INPUT/OUTPUT, such as 2/10')
  .transform((text) => {
    const [input = 0, output = 0] = text.split('/').map(Number);
    return { input, output };
  });

const KEY_FORMS: [RegExp, BufferEncoding][] = [
  [/^[0-9a-f]{64}$/i, 'hex'],
  [/^[A-Za-z0-9+/]{43}=?$/, 'base64'],
];

/** Keys of 32 bytes; a faulty one is not repeated in the message. */
const encryptionKeys = csv.transform((texts, context) =>
  texts.map((text, index) => {
    const [, encoding] = KEY_FORMS.find(([form]) => form.test(text)) ?? [];
    if (encoding) return Buffer.from(text, encoding);
    const message = `key ${index + 1} is not 32 bytes as base64 or 64 hexadecimal digits; openssl rand -base64 32 makes one`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }),
);

const defaultCacheDir = () =>
  process.getuid?.() === 0
    ? '/var/cache/aliquot'
    : join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'aliquot');

/** Where commands keep what they know from one call to the next. */
export const stateDirectory = () =>
  join(process.env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'aliquot');

/** Every setting of the server, its default and its meaning. `.env.example` is tested against it. */
const Settings = z.object({
  HOST: z.string().default('127.0.0.1').describe('address to listen on; accounts are needed beyond loopback'),
  PORT: z.coerce.number().int().min(0).max(65535).default(4000).describe('HTTP and WebSocket port'),
  DATA_DIR: z
    .string()
    .default('data')
    .transform((path) => resolve(path))
    .describe('directory of the embedded database and of stored files'),
  CACHE_DIR: z
    .string()
    .optional()
    .transform((path) => resolve(path ?? defaultCacheDir()))
    .describe('Python environment and unpacked binaries; must be reachable by other users when run as root'),
  DATABASE_URL: z.url().optional().describe('PostgreSQL 15 or newer; unset: an embedded server is started'),
  STORAGE_URL: z
    .string()
    .regex(/^(file:|s3:\/\/)/, 'use file:DIRECTORY or s3://BUCKET/PREFIX')
    .optional()
    .describe(
      'file:DIRECTORY or s3://BUCKET/PREFIX?region=&endpoint=&publicEndpoint=&direct=&sse=; unset: see S3_BUCKET',
    ),
  STORAGE_ENCRYPTION_KEY: encryptionKeys.describe(
    'keys that encrypt files of file: storage, comma separated; the first encrypts, every one decrypts',
  ),
  S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'use 3 to 63 of a-z, 0-9, “.” and “-”')
    .optional()
    .describe('bucket to store files in when STORAGE_URL is unset; unset: files under DATA_DIR'),
  S3_REGION: z.string().optional().describe('region of S3_BUCKET; unset: AWS_REGION or the profile'),
  S3_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("address of another store than Amazon's"),
  S3_PUBLIC_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('address of the store in links for clients, where it differs from S3_ENDPOINT'),
  S3_DIRECT: z
    .enum(['on', 'off'])
    .default('on')
    .describe('whether clients send parts to the store and read from it by links that the server signs'),
  S3_PREFIX: z.string().optional().describe('what the keys in S3_BUCKET begin with'),
  SANDBOX_URL: z
    .string()
    .regex(/^(local|e2b|unsafe):$/, 'use local:, e2b: or unsafe:')
    .optional()
    .describe(
      'local: (isolated here), e2b: (in boxes of E2B) or unsafe: (no isolation); unset: e2b: with its key, else local:',
    ),
  E2B_API_KEY: z.string().optional().describe('runs jobs in boxes of E2B, unless SANDBOX_URL says otherwise'),
  E2B_TEMPLATE: z
    .string()
    .regex(/^[a-zA-Z0-9][\w./:-]{0,127}$/, 'use the name or id of a template')
    .optional()
    .describe('template published for this version; unset: its own, built when it is missing'),
  E2B_DOMAIN: z.string().optional().describe('domain of a self-hosted E2B'),
  E2B_API_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('address of its control API; unset: https://api.E2B_DOMAIN'),
  E2B_SANDBOX_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('one address for all boxes; unset: each has its own below E2B_DOMAIN'),
  ANTHROPIC_API_KEY: z
    .string()
    .optional()
    .describe('lets Claude write preprocessing; unset: rules do, and nothing leaves the server'),
  ANTHROPIC_MODEL: z.string().min(1).default('claude-sonnet-5').describe('id of the model that is asked'),
  ANTHROPIC_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('address of another server that speaks the Messages API'),
  CLAUDE_MAX_TOKENS_PER_JOB: z.coerce
    .number()
    .int()
    .min(0)
    .default(200_000)
    .describe('tokens of all prompts and answers of one preprocessing'),
  CLAUDE_MAX_USD_PER_JOB: z.coerce.number().min(0).default(1).describe('what one preprocessing may cost'),
  CLAUDE_MAX_USD_PER_DAY: z.coerce
    .number()
    .min(0)
    .default(10)
    .describe('what one account may cost within 24 hours'),
  CLAUDE_PRICES: prices
    .optional()
    .describe('USD for a million tokens as INPUT/OUTPUT, for a model whose prices are not built in'),
  CLAUDE_SEND_VALUES: z
    .enum(['on', 'off'])
    .default('off')
    .describe('whether Claude is told frequent values and ranges, except of columns with personal data'),
  PYTHON: z.string().optional().describe('python3 >= 3.11 to build the environment with; unset: found'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  ALLOWED_HOSTS: csv.describe('further host names the server answers to, comma separated'),
  ALLOWED_ORIGINS: csv.describe('further browser origins that may call the API, comma separated'),
  TRAINING_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(1).describe('experiments at once'),
  TRAINING_THREADS: z.coerce.number().int().min(1).max(256).default(2).describe('threads an experiment'),
  TRAINING_MEMORY_MB: z.coerce.number().int().min(512).default(4096).describe('memory cap an experiment'),
  MAX_UPLOAD_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(8 * 1024 ** 3)
    .describe('largest upload'),
  MAX_COLUMNS: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(10_000)
    .describe('columns of a table; one of more is refused while it is read'),
  UPLOAD_EXPIRY_HOURS: z.coerce
    .number()
    .min(0)
    .default(24)
    .describe('an upload that has been silent for so long is given up'),
  DELETION_GRACE_HOURS: z.coerce
    .number()
    .min(0)
    .default(24)
    .describe('for so long a deleted dataset can be restored; 0: it goes with the next sweep'),
});

export type Env = z.infer<typeof Settings>;

/** The names and descriptions of all settings. */
export const settingNames = Object.keys(Settings.shape) as (keyof Env)[];

/**
 * Reads the settings from an environment.
 * @throws Error that names every faulty setting at once.
 */
export function readEnv(source: Record<string, string | undefined> = process.env): Env {
  const present = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const result = Settings.safeParse(present);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`These settings cannot be used:\n${faults.join('\n')}`);
}
