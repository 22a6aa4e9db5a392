import type { PlannedStep } from '#contract/preprocessing.ts';
import type { PreprocessingStrategy } from '#contract/vocabulary.ts';
import type { Generator, PlanRequest } from '#ports/generator.ts';

/** Steps that a strategy takes from the recommendations; null: all of them. */
const taken: Record<PreprocessingStrategy, ReadonlySet<string> | null> = {
  MINIMAL: new Set(['drop_columns', 'datetime_parts']),
  BALANCED: new Set(['drop_columns', 'datetime_parts', 'missing_indicator', 'group_rare_categories']),
  THOROUGH: null,
  CUSTOM: null,
};

/** A plan from the analysis' recommendations, in their order of priority: the same analysis gives the same plan. */
export function rulesGenerator(): Generator {
  return {
    kind: 'RULES',
    open: (request) => ({ draft: async () => ({ steps: planned(request) }) }),
  };
}

function planned({ report, columns, target: targetName, strategy }: PlanRequest): PlannedStep[] {
  const target = columns.find((column) => column.name === targetName)?.physicalName;
  const nameOf = new Map(columns.map((column) => [column.physicalName, column.name]));
  const allowed = taken[strategy];
  const steps = [...report.recommendations]
    .sort((a, b) => a.priority - b.priority)
    .filter(({ action }) => (allowed ? allowed.has(action.step) : true))
    .map(({ action, reason }) => ({
      key: action.step,
      columns: action.columns.filter((column) => column !== target),
      parameters: action.parameters,
      reason,
      code: null,
    }))
    .filter((step) => step.columns.length > 0);
  const dropped = new Set(
    steps.filter((step) => step.key === 'drop_columns').flatMap((step) => step.columns),
  );
  return [
    ...steps.filter((step) => step.key === 'drop_columns'),
    ...steps
      .filter((step) => step.key !== 'drop_columns')
      .map((step) => ({ ...step, columns: step.columns.filter((column) => !dropped.has(column)) }))
      .filter((step) => step.columns.length > 0),
  ].map((step) => ({ ...step, columns: step.columns.map((column) => nameOf.get(column) ?? column) }));
}
