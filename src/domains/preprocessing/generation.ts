import type { PlannedStep } from '#contract/preprocessing.ts';
import { type Failure, failureOf, isExpected, JobError } from '#errors.ts';
import { type Conversation, type GateFault, type Generator, GeneratorError } from '#ports/generator.ts';
import { SandboxUnavailableError } from '#ports/sandbox.ts';
import { StorageError } from '#ports/storage.ts';
import { TableError } from '#tables/errors.ts';
import { checkSteps } from './check-steps.ts';
import { type Examined, openExamination } from './examination.ts';
import type { BenchPorts, PlanSource } from './source.ts';
import type { PreprocessingRow } from './table.ts';
import type { Teller } from './teller.ts';

const MAX_REPAIRS = 2;
/** Drafts, gates and repairs of a language model together; after it the rules have the word. */
const CONVERSATION_MILLISECONDS = 12 * 60_000;

/** A plan that was looked at, with what it changes on the row. */
export type Written = Examined & {
  steps: PlannedStep[];
  change: Partial<Pick<PreprocessingRow, 'revision' | 'generator' | 'fallback' | 'accepted'>>;
};

export type GenerationPorts = BenchPorts & { generators: Partial<Record<Generator['kind'], Generator>> };

/**
 * Writes the plan of a row. CLAUDE starts from the plan of the rules, has its drafts looked at by the gates and mends
 * them; where it gives none that passes, the plan of the rules is taken. Unattended, an undecided plan is none.
 */
export async function generate(
  ports: GenerationPorts,
  source: PlanSource,
  options: { teller: Teller; isAttended: boolean; isRepeated: boolean },
  signal: AbortSignal,
): Promise<Written> {
  const { row, request } = source;
  const { teller } = options;
  // a plan that was told under this number, before a worker was lost, may have been another one
  let revision = options.isRepeated ? row.revision + 1 : row.revision;
  const steps = await rulesOf(ports, source, signal);
  await teller.plan(revision, steps);
  const rules = { ...(await openExamination(ports, source, teller, signal).rules(steps)), steps };
  if (row.generator !== 'CLAUDE')
    return { ...rules, change: { revision, generator: 'RULES', fallback: null } };

  const { code, gates } = rules;
  const accepted = { ...{ revision, steps, code, gates }, generator: 'RULES' as const };
  const deadline = AbortSignal.timeout(CONVERSATION_MILLISECONDS);
  const within = AbortSignal.any([signal, deadline]);
  const examination = openExamination(ports, source, teller, within);
  try {
    const { CLAUDE } = ports.generators;
    if (!CLAUDE) throw new GeneratorError('GENERATOR_NOT_AVAILABLE', 'No key for Claude is configured here.');
    const conversation = CLAUDE.open({ ...request, rules: steps }, teller.listener, within);
    let faults: GateFault[] = [];
    for (let attempt = 1; attempt <= 1 + MAX_REPAIRS; attempt += 1) {
      if (attempt > 1) await teller.tell('RepairStarted', { attempt, reason: reasonOf(faults) });
      await teller.beginAttempt(attempt);
      const drafted = await draft(conversation, faults, source);
      if ('faults' in drafted) {
        faults = drafted.faults;
        continue;
      }
      revision += 1;
      await teller.plan(revision, drafted.steps);
      const examined = await examination.plan(drafted.steps, 'GENERATOR', steps);
      const written = { ...examined, steps: drafted.steps };
      if (examined.verdict === 'PASSED') return { ...written, change: { revision, fallback: null } };
      if (examined.verdict === 'UNDECIDED') {
        if (options.isAttended) return { ...written, change: { revision, fallback: null, accepted } };
        throw new GeneratorError(
          'PREPROCESSING_UNDECIDED',
          `The evidence does not tell whether it helps, and nobody was there to decide. ${undecidedIn(examined)}`,
        );
      }
      faults = examined.faults;
    }
    throw new GeneratorError('GATES_FAILED', `No draft passed the gates. ${reasonOf(faults)}`);
  } catch (error) {
    signal.throwIfAborted();
    const failure = refusalOf(error, deadline);
    if (!failure) throw error;
    await teller.tell('FallbackChosen', { failure });
    revision += 1;
    await teller.plan(revision, steps);
    return { ...rules, change: { revision, generator: 'RULES', fallback: failure } };
  } finally {
    await examination.close();
  }
}

/** What the rules plan: the same for the same analysis and strategy. */
export async function rulesOf(
  { generators: { RULES } }: Pick<GenerationPorts, 'generators'>,
  { request }: PlanSource,
  signal: AbortSignal,
): Promise<PlannedStep[]> {
  if (!RULES) throw new JobError('GENERATOR_NOT_AVAILABLE', 'No rules are configured here.');
  return (await RULES.open(request, { text() {}, usage() {} }, signal).draft([])).steps;
}

/** A draft whose steps are of the catalogue and of the table, or what is wrong with it. */
async function draft(
  conversation: Conversation,
  faults: readonly GateFault[],
  { columns, request: { target } }: PlanSource,
): Promise<{ steps: PlannedStep[] } | { faults: GateFault[] }> {
  const { steps } = await conversation.draft(faults);
  try {
    return { steps: checkSteps(steps, { columns, target }, []) };
  } catch (error) {
    if (!isExpected(error)) throw error;
    const position = Number(error.path?.[0]);
    const step = Number.isInteger(position) ? position : null;
    return { faults: [{ gate: 'parameters', step, message: `${error.path?.join('.')}: ${error.message}` }] };
  }
}

const reasonOf = (faults: readonly GateFault[]) =>
  faults.map(({ gate, message }) => `${gate}: ${message}`).join('\n');

const undecidedIn = ({ gates }: Examined) =>
  gates
    .filter(({ verdict }) => verdict === 'UNDECIDED')
    .map(({ detail }) => detail)
    .join(' ');

/** Why there is no plan of the language model; null for what was not foreseen. */
function refusalOf(error: unknown, deadline: AbortSignal): Failure | null {
  if (deadline.aborted)
    return { code: 'GENERATOR_TIMEOUT', message: 'Writing and checking took longer than twelve minutes.' };
  const told = [GeneratorError, SandboxUnavailableError, StorageError, TableError];
  const failure = failureOf(error, told);
  return failure.code === 'INTERNAL' ? null : failure;
}
