import type { PlannedStep } from '#contract/preprocessing.ts';
import type { Generator, PlanRequest } from '#ports/generator.ts';
import { offerForModels, tryCombinations } from './rules-beyond.ts';

/** These have cost some algorithm more than they brought on tables other than those of the published study. */
const onlyToTry = new Set(['missing_indicator', 'log_transform', 'group_rare_categories']);

/**
 * A plan from the analysis alone: the same analysis gives the same plan. MINIMAL has no steps: the typed frame is all
 * that the algorithms need. BALANCED has what the analysis recommends and has done no harm where it was measured: often
 * nothing. THOROUGH has all that is recommended, tries combinations of columns too and leaves out what has told nothing;
 * CUSTOM also fills gaps, scales and spreads categories, for those who want to set it by hand.
 */
export function rulesGenerator(): Generator {
  return {
    kind: 'RULES',
    open: (request) => ({ draft: async () => ({ steps: planned(request) }) }),
  };
}

function planned(request: PlanRequest): PlannedStep[] {
  if (request.strategy === 'MINIMAL') return [];
  const { columns, target: targetName } = request;
  const target = columns.find((column) => column.name === targetName)?.physicalName;
  const nameOf = new Map(columns.map((column) => [column.physicalName, column.name]));
  const recommended = [...request.report.recommendations]
    .filter(({ action }) => request.strategy !== 'BALANCED' || !onlyToTry.has(action.step))
    .sort((a, b) => a.priority - b.priority)
    .map(({ action: { step: key, columns: on, parameters }, reason }) => ({ key, on, parameters, reason }));
  const more = { BALANCED: () => [], THOROUGH: tryCombinations, CUSTOM: offerForModels }[request.strategy];
  return [...recommended, ...more(request, recommended)].flatMap(({ key, on, parameters, reason }) => {
    const names = on.flatMap((column) => (column === target ? [] : (nameOf.get(column) ?? [])));
    return names.length === 0 ? [] : [{ key, columns: names, parameters, reason, code: null }];
  });
}
