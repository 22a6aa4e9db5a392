import type { GateOutcome, PlannedStep } from '#contract/preprocessing.ts';
import type { DatasetColumn } from '#contract/table.ts';
import type { TaskType } from '#contract/vocabulary.ts';
import type { Db } from '#db.ts';
import type { GateFault } from '#ports/generator.ts';
import type { Sandbox, SandboxLimits } from '#ports/sandbox.ts';

export interface GatePorts {
  db: Db;
  sandbox: Sandbox;
  workDirectory: string;
  threads: number;
  memoryBytes: number;
}

/** The table that plans are held against. */
export interface GateSubject {
  /** Account that the jobs work for. */
  ownerId: string;
  preprocessingId: string | null;
  /** Local path of the table's Parquet copy. */
  parquet: string;
  columns: DatasetColumn[];
  rowCount: number;
  /** Of the file as it was uploaded. */
  datasetSha256: string;
  /** Name as it stands in the file. */
  target: string;
  taskType: TaskType;
  metric: string;
  /** What the rules plan: a plan must not be worse. */
  rules: PlannedStep[];
}

/** A plan that wants to pass. */
export interface Candidate {
  steps: PlannedStep[];
  /** Compiled from the steps; it runs where one of them is custom. */
  code: string;
  /** What a generator writes is refused where it is not shown to do no harm; what the user wrote is theirs to decide. */
  author: 'GENERATOR' | 'USER';
}

export interface GateLimits {
  /** For all gates of one plan together. */
  seconds: number;
  /** For each job of custom code. */
  job: SandboxLimits;
  /** Jobs at once. */
  jobs: number;
  /** Drawings of the folds. */
  repeats: number;
}

export interface GateReport {
  /** All gates, in order. */
  outcomes: GateOutcome[];
  /** UNDECIDED: nothing failed, but something could not be shown. */
  verdict: 'PASSED' | 'FAILED' | 'UNDECIDED';
  /** For who wrote the plan, without cell values. Empty unless something failed. */
  faults: GateFault[];
}

/** What one gate found; `fault` is what its author is told where that must differ from what the owner reads. */
export type Finding = Pick<GateOutcome, 'verdict' | 'detail' | 'figures'> & { fault?: string };

export const passed = (detail: string, figures: GateOutcome['figures'] = null): Finding => ({
  ...{ verdict: 'PASSED', detail, figures },
});
export const failed = (detail: string, figures: GateOutcome['figures'] = null): Finding => ({
  ...{ verdict: 'FAILED', detail, figures },
});
export const undecided = (detail: string, figures: GateOutcome['figures'] = null): Finding => ({
  ...{ verdict: 'UNDECIDED', detail, figures },
});
