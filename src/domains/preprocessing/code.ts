import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlannedStep } from '#contract/preprocessing.ts';
import { type CompileSpec, RUNNER_PROTOCOL, type RunStep } from '#contract/runner.ts';
import type { MessageOf } from '#contract/runner-messages.ts';
import type { ColumnFormat, CsvDialect, DatasetColumn } from '#contract/table.ts';
import type { PreprocessingStrategy, TaskType } from '#contract/vocabulary.ts';
import { JobError } from '#errors.ts';
import type { Sandbox, SandboxInput, SandboxLimits } from '#ports/sandbox.ts';
import { runColumns, runRunner } from '#runner.ts';

/** The most that an edited file may have. */
export const MAX_CODE_BYTES = 256 * 1024;

const LIMITS: SandboxLimits = {
  memoryBytes: 1024 ** 3,
  diskBytes: 64 * 1024 ** 2,
  processes: 32,
  cpuSeconds: 60,
  wallSeconds: 60,
  outputBytes: 64 * 1024,
};

export interface CodePorts {
  sandbox: Sandbox;
  workDirectory: string;
}

/** What code is about. */
export interface CodeSubject {
  /** Account that the job works for. */
  owner: string;
  dataset: { name: string; columns: DatasetColumn[]; dialect: CsvDialect | null };
  /** Name as it stands in the file. */
  target: string;
  taskType: TaskType;
  strategy: PreprocessingStrategy;
}

/** What is wrong with edited code, and where. */
export type CodeFault = MessageOf<'parsed'>['faults'][number];

/**
 * The steps as Python that runs alone.
 * @throws JobError SPEC_INVALID, STEP_UNKNOWN: a step that the catalogue does not know so, or custom code that does not fit in
 */
export async function compileSteps(
  ports: CodePorts,
  subject: CodeSubject,
  steps: readonly PlannedStep[],
  signal: AbortSignal,
): Promise<string> {
  const collectInto = await mkdtemp(join(ports.workDirectory, 'compile-'));
  try {
    const spec: CompileSpec = { kind: 'compile', protocol: RUNNER_PROTOCOL, ...planOf(subject, steps) };
    await runRunner(ports.sandbox, {
      ...{ owner: subject.owner, spec, inputs: [], limits: LIMITS, collectInto, signal },
    });
    return await readFile(join(collectInto, 'pipeline.py'), 'utf8');
  } finally {
    await rm(collectInto, { recursive: true, force: true });
  }
}

/**
 * Reads edited code back into steps: docs/decisions/007-code-and-steps.md. Nothing of it is run. `before`: the plan that
 * was edited. Where there are faults, the steps are what could be read.
 * @throws JobError CODE_TOO_LARGE
 */
export async function parseCode(
  ports: CodePorts,
  subject: CodeSubject,
  code: string,
  before: { steps: readonly PlannedStep[]; code: string },
  signal: AbortSignal,
): Promise<{ steps: PlannedStep[]; faults: CodeFault[] }> {
  const bytes = Buffer.byteLength(code);
  if (bytes > MAX_CODE_BYTES)
    throw new JobError('CODE_TOO_LARGE', `The code has ${bytes} bytes; ${MAX_CODE_BYTES} are the most.`);
  const collectInto = await mkdtemp(join(ports.workDirectory, 'parse-'));
  const inputs: SandboxInput[] = [
    { name: 'code.py', content: code },
    { name: 'original.py', content: before.code },
  ];
  const found: MessageOf<'parsed'>[] = [];
  try {
    const paths = { code: 'in/code.py', original: 'in/original.py' };
    await runRunner(ports.sandbox, {
      owner: subject.owner,
      spec: { kind: 'parse', protocol: RUNNER_PROTOCOL, ...paths, ...planOf(subject, before.steps) },
      ...{ inputs, limits: LIMITS, collectInto, signal },
      onMessage: (message) => {
        if (message.type === 'parsed') found.push(message);
      },
    });
  } finally {
    await rm(collectInto, { recursive: true, force: true });
  }
  const [{ steps, faults } = { steps: [], faults: [] }] = found;
  return { steps: plannedSteps(steps, subject.dataset.columns), faults };
}

/** Planned steps with the physical names that the runner takes. */
export function runSteps(steps: readonly PlannedStep[], columns: readonly DatasetColumn[]): RunStep[] {
  const physical = new Map(columns.map((column) => [column.name, column.physicalName]));
  return steps.map(({ key, columns: names, parameters, reason, code }) => ({
    key,
    columns: names.flatMap((name) => physical.get(name) ?? []),
    parameters: parameters as RunStep['parameters'],
    reason,
    ...(code === null ? {} : { code }),
  }));
}

function plannedSteps(steps: readonly RunStep[], columns: readonly DatasetColumn[]): PlannedStep[] {
  const names = new Map(columns.map((column) => [column.physicalName, column.name]));
  return steps.map(({ key, columns: physical = [], parameters, reason = '', code = null }) => ({
    ...{ key, columns: physical.flatMap((name) => names.get(name) ?? []), parameters, reason, code },
  }));
}

function planOf({ dataset, target, taskType, strategy }: CodeSubject, steps: readonly PlannedStep[]) {
  const physical = dataset.columns.find(({ name }) => name === target)?.physicalName;
  if (!physical) throw new JobError('TARGET_NOT_FOUND', `There is no column “${target}”.`);
  const reading = readingOf(dataset.columns, dataset.dialect);
  return {
    ...{ dataset: dataset.name, strategy, steps: runSteps(steps, dataset.columns) },
    ...{ columns: runColumns(dataset.columns), target: physical, taskType },
    ...(reading ? { reading } : {}),
  };
}

/** How the user's own file is read; a workbook is none that code could read by itself. */
function readingOf(columns: readonly DatasetColumn[], dialect: CsvDialect | null): CompileSpec['reading'] {
  if (!dialect || dialect.sheet !== undefined) return undefined;
  const { delimiter, quote, encoding, skipRows, hasHeader } = dialect;
  const formats = Object.fromEntries(
    columns
      .filter(({ format }) => !isPlain(format))
      .map(({ physicalName, format }) => [physicalName, told(format)]),
  );
  return { delimiter, quote, encoding, skipRows, hasHeader, formats };
}

const isPlain = ({ decimal, thousands, unit, dateFormats, missingSpellings }: ColumnFormat) =>
  decimal === '.' && thousands === '' && unit === '' && dateFormats === null && missingSpellings.length === 0;

const told = ({ decimal, thousands, unit, dateFormats, missingSpellings }: ColumnFormat) => ({
  ...{ decimal, thousands, unit, dates: dateFormats, missing: missingSpellings },
});
