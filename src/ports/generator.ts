import type { AnalysisReport } from '#contract/report.ts';
import type { DatasetColumn } from '#contract/table.ts';
import type { PreprocessingStrategy } from '#contract/vocabulary.ts';

/** Writes the plan of a preprocessing from what the analysis found. */
export interface Generator {
  /** Who really writes, as shown on the preprocessing. */
  readonly kind: 'RULES' | 'CLAUDE';
  plan(request: PlanRequest, signal: AbortSignal): Promise<PlannedSteps>;
}

export interface PlanRequest {
  report: AnalysisReport;
  columns: DatasetColumn[];
  /** Physical name. */
  target: string;
  strategy: PreprocessingStrategy;
  /** The user's wishes in words; a rule engine does not read them. */
  instructions: string | null;
}

/** Typed steps of the catalogue in order; `columns` are physical names. */
export interface PlannedSteps {
  steps: { key: string; columns: string[]; parameters: Record<string, unknown>; reason: string }[];
}
