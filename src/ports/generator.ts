import type { GenerationUsage, PlannedStep } from '#contract/preprocessing.ts';
import type { AnalysisReport } from '#contract/report.ts';
import type { DatasetColumn } from '#contract/table.ts';
import type { PreprocessingStrategy, TaskType } from '#contract/vocabulary.ts';

/** Writes the plan of a preprocessing from what the analysis found. Nothing that it writes runs before the gates. */
export interface Generator {
  /** Who really writes, as shown on the preprocessing. */
  readonly kind: 'RULES' | 'CLAUDE';
  /** The model that is asked, and what it may cost; rules ask none. */
  readonly languageModel?: LanguageModel;
  /** Begins a conversation about one table. Nothing is asked of anybody before the first draft. */
  open(request: PlanRequest, listener: DraftListener, signal: AbortSignal): Conversation;
}

export interface Conversation {
  /**
   * The plan, or after `faults` of the plan before a mended one.
   * @throws GeneratorError where there is none: a refusal, an outage, a cap that is reached
   */
  draft(faults: readonly GateFault[]): Promise<Plan>;
}

export interface PlanRequest {
  /** Row of the account that pays. */
  ownerId: string;
  preprocessingId: string;
  report: AnalysisReport;
  columns: DatasetColumn[];
  /** Name of the target as it stands in the file. */
  target: string;
  taskType: TaskType;
  metric: string;
  strategy: PreprocessingStrategy;
  /** The user's wishes in words; a rule engine does not read them. */
  instructions: string | null;
  /** What the rules plan: where others start from. Empty for the rules themselves. */
  rules: PlannedStep[];
}

export interface LanguageModel {
  name: string;
  /** USD for a million tokens. */
  inputPrice: number;
  outputPrice: number;
  /** KNOWN: as its maker published; SET: by the operator; ASSUMED: nobody told, so that of the most expensive one is taken. */
  priceSource: 'KNOWN' | 'SET' | 'ASSUMED';
  tokensPerJob: number;
  usdPerJob: number;
  usdPerDay: number;
  /** Whether cell values are told, those of columns with personal data never. */
  sendsValues: boolean;
}

/** Money of an account for language models, in millionths of a USD. Parallel jobs share it without passing a cap. */
export interface Purse {
  /** What the caps of the job and of the account leave at this moment. */
  room(payer: Payer): Promise<number>;
  /** Sets aside as much as there is between two amounts; null where there is less. One that is never settled expires. */
  reserve(payer: Payer, amount: { least: number; most: number }): Promise<Reservation | null>;
}

/** Who pays, and for what. */
export type Payer = Pick<PlanRequest, 'ownerId' | 'preprocessingId'>;

export interface Reservation {
  readonly microUsd: number;
  /** What was set aside becomes what was spent. */
  settle(microUsd: number): Promise<void>;
}

/** Heard while a draft is written. */
export interface DraftListener {
  text(delta: string): void;
  usage(usage: GenerationUsage): void;
}

/** What a gate holds against a draft; `message` is safe to show to whoever wrote it: no cell values. */
export interface GateFault {
  gate: string;
  step: number | null;
  message: string;
}

/** Steps in order; `columns` are names as they stand in the file. */
export interface Plan {
  steps: PlannedStep[];
}

/** Why there is no draft. `code` is told to the user: GENERATOR_REFUSED, GENERATOR_UNAVAILABLE, GENERATOR_LIMIT, GENERATOR_INVALID. */
export class GeneratorError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'GeneratorError';
    this.code = code;
  }
}
