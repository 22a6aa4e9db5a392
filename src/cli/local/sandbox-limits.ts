import { UsageError } from '#cli/errors.ts';
import type { SandboxLimits } from '#ports/sandbox.ts';

const kibibyte = 1024;
const factors: Record<string, number> = { '': 1, K: kibibyte, M: kibibyte ** 2, G: kibibyte ** 3 };

const defaults: SandboxLimits = {
  memoryBytes: 1024 ** 3,
  diskBytes: 1024 ** 3,
  processes: 64,
  cpuSeconds: 300,
  wallSeconds: 300,
  outputBytes: 64 * kibibyte,
};

const bytes = /^([1-9]\d{0,11})([KMG]?)$/;
const count = /^([1-9]\d{0,4})$/;
const seconds = /^(\d{1,6}(?:\.\d{1,3})?)$/;

const kinds = {
  memory: { field: 'memoryBytes', form: bytes, example: '512M' },
  disk: { field: 'diskBytes', form: bytes, example: '1G' },
  processes: { field: 'processes', form: count, example: '64' },
  cpu: { field: 'cpuSeconds', form: seconds, example: '60' },
  wall: { field: 'wallSeconds', form: seconds, example: '60' },
  output: { field: 'outputBytes', form: bytes, example: '64K' },
} as const satisfies Record<string, { field: keyof SandboxLimits; form: RegExp; example: string }>;

/** Reads `memory=512M,cpu=60`; what is not named keeps its default. */
export function parseLimits(text: string | undefined): SandboxLimits {
  const limits = { ...defaults };
  for (const item of text?.split(',') ?? []) {
    const [name = '', value = ''] = item.split('=', 2);
    if (!Object.hasOwn(kinds, name)) {
      throw new UsageError(`--limits knows ${Object.keys(kinds).join(', ')}, not "${name}"`);
    }
    const { field, form, example } = kinds[name as keyof typeof kinds];
    const [, number, unit = ''] = form.exec(value) ?? [];
    const limit = Number(number) * (factors[unit] ?? 1);
    if (!(limit > 0)) throw new UsageError(`--limits: ${name}=${example} is how to write it, not "${item}"`);
    limits[field] = limit;
  }
  return limits;
}
