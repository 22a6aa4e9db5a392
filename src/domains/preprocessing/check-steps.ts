import { z } from 'zod';
import { catalog } from '#catalog.ts';
import { CUSTOM_STEP, type PlannedStep } from '#contract/preprocessing.ts';
import type { DatasetColumn } from '#contract/table.ts';
import { ValidationError } from '#errors.ts';
import { checkText } from '#text.ts';
import { MAX_CODE_BYTES } from './code.ts';

export const MAX_STEPS = 200;
const MAX_REASON_LENGTH = 1_000;

const GivenStep = z.strictObject({
  key: z.string(),
  columns: z.array(z.string()).nullish(),
  parameters: z.record(z.string(), z.unknown()).nullish(),
  reason: z.string().max(MAX_REASON_LENGTH).nullish(),
  code: z.string().nullish(),
});

const parameterSchemas = new Map(
  catalog.steps.map((step) => [step.key, z.fromJSONSchema(step.parameters as never)]),
);

/**
 * Steps as somebody else wrote them, held against the catalogue and the columns of the table; a step without `columns`
 * gets all that it takes.
 * @throws ValidationError with the path of the first fault below `path`: STEPS_TOO_MANY, STEP_INVALID, STEP_UNKNOWN,
 * STEP_COLUMN_UNKNOWN, STEP_COLUMN_IS_TARGET, STEP_COLUMNS_MISSING, STEP_PARAMETER_INVALID, CODE_TOO_LONG, TEXT_INVALID.
 */
export function checkSteps(
  given: readonly unknown[],
  table: { columns: readonly DatasetColumn[]; target: string },
  path = ['input', 'steps'],
): PlannedStep[] {
  if (given.length > MAX_STEPS)
    throw new ValidationError('STEPS_TOO_MANY', `Use at most ${MAX_STEPS} steps.`, { path });
  checkText(given, path);
  const steps = given.map((step, position) => checkStep(step, table, [...path, String(position)]));
  const bytes = steps.reduce((sum, { code }) => sum + Buffer.byteLength(code ?? ''), 0);
  if (bytes > MAX_CODE_BYTES) throw codeTooLong(path);
  return steps;
}

export const codeTooLong = (path: string[]) =>
  new ValidationError('CODE_TOO_LONG', `Use at most ${MAX_CODE_BYTES / 1024} KiB of code.`, { path });

function checkStep(
  given: unknown,
  { columns, target }: { columns: readonly DatasetColumn[]; target: string },
  path: string[],
): PlannedStep {
  const { key, code, ...rest } = read(GivenStep, given, 'STEP_INVALID', path);
  const reason = rest.reason ?? '';
  if (key === CUSTOM_STEP) {
    if (!code?.trim())
      throw new ValidationError('STEP_INVALID', 'A custom step needs `code`: Python with one class.', {
        path: [...path, 'code'],
      });
    read(z.strictObject({}), rest.parameters ?? {}, 'STEP_PARAMETER_INVALID', [...path, 'parameters']);
    const chosen = checkColumns(rest.columns ?? [], columns, target, path);
    return { key, columns: chosen, parameters: {}, reason, code };
  }
  const kind = catalog.steps.find((step) => step.key === key);
  const schema = parameterSchemas.get(key);
  if (!kind || !schema) {
    const keys = [...catalog.steps.map((step) => step.key), CUSTOM_STEP].join(', ');
    throw new ValidationError('STEP_UNKNOWN', `“${key}” is none of ${keys}.`, { path: [...path, 'key'] });
  }
  if (code != null)
    throw new ValidationError('STEP_INVALID', `Only a step with the key “${CUSTOM_STEP}” has code.`, {
      path: [...path, 'code'],
    });
  const fitting = columns.filter(({ name, type }) => name !== target && kind.columnTypes.includes(type));
  const wished = rest.columns?.length ? rest.columns : fitting.map(({ name }) => name);
  const chosen = checkColumns(wished, columns, target, path);
  if (chosen.length === 0)
    throw new ValidationError('STEP_COLUMNS_MISSING', `Name the columns that “${kind.label}” works on.`, {
      path: [...path, 'columns'],
    });
  const parameters = rest.parameters ?? {};
  // a default that is filled in would look like a wish
  read(schema, parameters, 'STEP_PARAMETER_INVALID', [...path, 'parameters']);
  return { key, columns: chosen, parameters, reason, code: null };
}

function checkColumns(
  given: readonly string[],
  columns: readonly DatasetColumn[],
  target: string,
  path: string[],
): string[] {
  const known = new Set(columns.map(({ name }) => name));
  given.forEach((name, index) => {
    const at = { path: [...path, 'columns', String(index)] };
    if (!known.has(name))
      throw new ValidationError('STEP_COLUMN_UNKNOWN', `There is no column “${name}”.`, at);
    if (name === target)
      throw new ValidationError(
        'STEP_COLUMN_IS_TARGET',
        `“${name}” is the target: steps never change it.`,
        at,
      );
  });
  return [...new Set(given)];
}

function read<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  code: string,
  path: string[],
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknownName = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const at = [...(issue?.path.map(String) ?? []), ...unknownName];
  throw new ValidationError(code, issue?.message ?? 'This is not as it should be.', {
    path: [...path, ...at],
  });
}
