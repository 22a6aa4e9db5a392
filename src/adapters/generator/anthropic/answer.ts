import { z } from 'zod';
import { CUSTOM_STEP, type PlannedStep } from '#contract/preprocessing.ts';
import type { GateFault, Plan, PlanRequest } from '#ports/generator.ts';
import { faultsOfCode } from './code.ts';

/** A step of the runner's catalogue; `parameters` is its JSON Schema. */
export interface CatalogueStep {
  key: string;
  description: string;
  columnTypes: string[];
  needsColumns: boolean;
  usesTarget: boolean;
  /** What algorithms do by themselves: for those who ask for it. */
  isCustomOnly: boolean;
  parameters: Record<string, unknown>;
}

const mostSteps = 100;
const longestReason = 1_000;

/** What the model has to answer. It knows nothing of a table, so that every request has the same. */
export function answerSchema(steps: readonly CatalogueStep[]) {
  const keys = [...steps.map(({ key }) => key), CUSTOM_STEP];
  const step = z.strictObject({
    key: z.enum(keys).describe(`Key of the catalogue, or ${CUSTOM_STEP}`),
    columns: z.array(z.string()).describe('Ids such as c3; none where the step finds its columns by itself'),
    from: z
      .int()
      .nullable()
      .describe('Number of the step of the rules plan that this one continues, else null'),
    parameters: z
      .string()
      .nullable()
      .describe('A JSON object as text; null: those of the step in “from”, or the defaults'),
    reason: z.string().describe('Why, in one or two sentences for the user'),
    code: z.string().nullable().describe(`Python of a ${CUSTOM_STEP} step, else null`),
  });
  return z.strictObject({ steps: z.array(step) });
}

type AnswerSchema = ReturnType<typeof answerSchema>;
type AnsweredStep = z.infer<AnswerSchema>['steps'][number];

/** What to hold answers against; made once for a catalogue. */
export function answerReader(steps: readonly CatalogueStep[]) {
  const schema = answerSchema(steps);
  const byKey = new Map(
    steps.map((step) => [step.key, { ...step, accepts: z.fromJSONSchema(step.parameters) }]),
  );
  type Known = NonNullable<ReturnType<typeof byKey.get>>;

  /** The plan in a text, or what is wrong with it; a fault quotes nothing of the text. */
  function read(
    text: string,
    request: Pick<PlanRequest, 'columns' | 'target' | 'rules'>,
  ): { plan: Plan } | { faults: GateFault[] } {
    const parsed = parseJson(text);
    if (parsed === undefined) return { faults: [fault(null, 'The answer is not one JSON object.')] };
    const answer = schema.safeParse(parsed);
    if (!answer.success) {
      const faults = answer.error.issues.slice(0, 20).map(({ path, message, code }) => {
        const [first, position, ...rest] = path;
        const step = first === 'steps' && typeof position === 'number' ? position : null;
        const where = rest.length > 0 ? `${rest.join('.')}: ` : '';
        return fault(
          step,
          code === 'unrecognized_keys' ? `${where}There are unknown fields.` : where + message,
        );
      });
      return { faults };
    }
    const faults: GateFault[] = [];
    if (answer.data.steps.length > mostSteps) faults.push(fault(null, `Use at most ${mostSteps} steps.`));
    const planned = answer.data.steps.slice(0, mostSteps).map((step, index) => {
      const read = readStep(step, request);
      faults.push(...read.faults.map((message) => fault(index, message)));
      return read.step;
    });
    return faults.length > 0 ? { faults } : { plan: { steps: planned } };
  }

  function readStep(step: AnsweredStep, request: Pick<PlanRequest, 'columns' | 'target' | 'rules'>) {
    const faults: string[] = [];
    const columns = [...new Set(step.columns)].flatMap((id) => {
      const column = request.columns.find(({ physicalName }) => physicalName === id);
      if (!column) faults.push('One of “columns” is not the id of a column.');
      else if (column.name === request.target) faults.push('The target is among “columns”.');
      else return [column.name];
      return [];
    });
    const known = byKey.get(step.key);
    if (known?.needsColumns && columns.length === 0) faults.push('This step needs “columns”.');
    if (known && step.code !== null) faults.push(`Only a ${CUSTOM_STEP} step has “code”.`);
    if (!known) faults.push(...faultsOfCode(step.code));
    const parameters = known
      ? readParameters(step, known, request.rules)
      : { values: {}, faults: step.parameters ? [`A ${CUSTOM_STEP} step has no parameters.`] : [] };
    faults.push(...parameters.faults);
    const reason = step.reason.trim().slice(0, longestReason);
    if (!reason) faults.push('“reason” is empty.');
    const planned: PlannedStep = {
      ...{ key: step.key, columns, parameters: parameters.values, reason },
      code: known ? null : step.code,
    };
    return { step: planned, faults };
  }

  function readParameters(
    { key, from, parameters }: AnsweredStep,
    { accepts }: Known,
    rules: PlannedStep[],
  ): { values: Record<string, unknown>; faults: string[] } {
    if (parameters === null && from !== null) {
      const source = rules[from - 1];
      if (source?.key === key) return { values: source.parameters, faults: [] };
      return { values: {}, faults: ['“from” is not the number of a step of the rules plan with this key.'] };
    }
    const values = parameters === null || !parameters.trim() ? {} : parseJson(parameters);
    if (typeof values !== 'object' || values === null || Array.isArray(values))
      return { values: {}, faults: ['“parameters” is not a JSON object.'] };
    const checked = accepts.safeParse(values);
    if (checked.success) return { values: values as Record<string, unknown>, faults: [] };
    return {
      values: {},
      faults: checked.error.issues.map(({ path, message, code }) =>
        code === 'unrecognized_keys'
          ? '“parameters” has a name that this step does not know.'
          : `Parameter ${path.join('.')}: ${message}`,
      ),
    };
  }

  return { schema, read };
}

export type AnswerReader = ReturnType<typeof answerReader>;

const fault = (step: number | null, message: string): GateFault => ({ gate: 'answer', step, message });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
