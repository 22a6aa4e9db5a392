import type { AnalysisReport, ColumnProfile } from '#contract/report.ts';
import type { GateFault, PlanRequest } from '#ports/generator.ts';
import { fencedData } from './fence.ts';

/** How much of a table is told, from all down to what fits a small window. */
export const details = [
  { columns: 300, full: true },
  { columns: 300, full: false },
  { columns: 60, full: false },
] as const;
export type Detail = (typeof details)[number];

const shownValues = 8;
const longestValue = 32;
const longestName = 200;
const shownIssues = 60;
/** They compare whole rows with their targets, held-out ones among them, and no step may leave out rows. */
const aboutRows = new Set(['CONFLICTING_ROWS', 'DUPLICATE_ROWS']);

type Association = NonNullable<AnalysisReport['target']>['associations'][number];

/** The table, the task and the wishes, each as a block of data. Cell values only where `sendsValues` allows. */
export function taskPrompt(request: PlanRequest, detail: Detail, sendsValues: boolean): string {
  const { report, columns, target, rules, instructions } = request;
  const idOf = new Map(columns.map(({ name, physicalName }) => [name, physicalName]));
  const targetId = idOf.get(target) ?? '';
  const associations = new Map((report.target?.associations ?? []).map((each) => [each.column, each]));
  const told = chooseColumns(report, rules, idOf, targetId, detail.columns);
  const cards = report.columns
    .filter(({ column }) => told.has(column))
    .map((profile) => cardOf(profile, associations.get(profile.column), detail, sendsValues));
  const issues = report.issues
    .filter(({ severity, column }) => severity !== 'INFO' && (column === null || told.has(column)))
    .filter(({ code }) => !aboutRows.has(code))
    .slice(0, shownIssues)
    .map(({ code, severity, column, affectedRows }) => ({ code, severity, column, affectedRows }));
  const data = fencedData({
    task: {
      taskType: request.taskType,
      metric: request.metric,
      strategy: request.strategy,
      rows: report.overview.rowCount,
      columns: report.overview.columnCount,
      untoldColumns: report.overview.columnCount - cards.length,
      missing: rounded(report.overview.missingFraction),
    },
    target: targetCard(report, targetId, sendsValues),
    columns: cards,
    relations: relationsOf(report, told),
    issues,
    rulesPlan: rules.map(({ key, columns: names, parameters }, index) => ({
      number: index + 1,
      key,
      columns: names.flatMap((name) => idOf.get(name) ?? []),
      parameters: sendsValues ? parameters : withoutTexts(parameters),
    })),
  });
  const wishes = instructions?.trim()
    ? `\n\nWishes of the owner:\n${fencedData({ wishes: instructions })}`
    : '';
  return `Plan the preprocessing of this table.\n${data}${wishes}\n\nAnswer with the JSON object of the plan.`;
}

/** What the checks found in the last answer. */
export function faultsPrompt(faults: readonly GateFault[]): string {
  const told = faults.slice(0, 20).map(({ gate, step, message }) => ({
    ...{ gate, step: step === null ? null : step + 1 },
    message: message.slice(0, 4_000),
  }));
  return `Checks found something wrong with the plan; steps are counted from 1.\n${fencedData({ faults: told })}\n\nAnswer with the whole plan again, mended.`;
}

/** The target, what the rules use, then what goes most with the target, then the rest as it stands in the file. */
function chooseColumns(
  report: AnalysisReport,
  rules: PlanRequest['rules'],
  idOf: Map<string, string>,
  targetId: string,
  most: number,
): Set<string> {
  const wanted = [
    targetId,
    ...rules.flatMap(({ columns }) => columns.flatMap((name) => idOf.get(name) ?? [])),
    ...(report.target?.associations ?? []).map(({ column }) => column),
    ...report.columns.map(({ column }) => column),
  ];
  return new Set([...new Set(wanted)].slice(0, most));
}

function cardOf(
  profile: ColumnProfile,
  relation: Association | undefined,
  { full }: Detail,
  sendsValues: boolean,
) {
  const { numeric, text, date, personalData } = profile;
  const isPersonal = personalData.length > 0;
  const showsValues = sendsValues && !isPersonal;
  const figures = full && !isPersonal;
  return compact({
    id: profile.column,
    name: shortened(profile.name, longestName),
    type: profile.type,
    semanticType: profile.semanticType,
    missing: rounded(profile.missingFraction) || undefined,
    distinct: profile.distinctCount,
    unique: profile.isUnique || undefined,
    constant: profile.isConstant || undefined,
    personalData: isPersonal || undefined,
    association: rounded(relation?.association),
    leakage: relation && relation.leakage !== 'NONE' ? relation.leakage : undefined,
    warnings: profile.warnings.length > 0 ? profile.warnings : undefined,
    disguisedMissing: profile.disguisedMissingCount || undefined,
    ...(figures && numeric && !date
      ? {
          mean: rounded(numeric.mean),
          standardDeviation: rounded(numeric.standardDeviation),
          quartiles: [numeric.lowerQuartile, numeric.median, numeric.upperQuartile].map(rounded),
          skewness: rounded(numeric.skewness),
          zeros: numeric.zeroCount || undefined,
          negatives: numeric.negativeCount || undefined,
          outliers: numeric.outlierCountByRange || undefined,
          range: showsValues ? [numeric.min, numeric.max] : undefined,
        }
      : {}),
    ...(figures && date
      ? {
          rangeDays: rounded(date.rangeDays),
          hasTime: date.hasTime,
          regular: date.isRegular || undefined,
          between: showsValues ? [date.earliest.slice(0, 10), date.latest.slice(0, 10)] : undefined,
        }
      : {}),
    ...(figures && text && profile.type === 'text'
      ? {
          meanLength: rounded(text.meanLength),
          meanWords: rounded(text.meanWords),
          kinds: text.kinds.map(({ kind, count }) => ({ kind, count })),
        }
      : {}),
    levels: figures && isCategorical(profile) ? levelsOf(profile, showsValues) : undefined,
  });
}

const isCategorical = ({ type }: ColumnProfile) => type === 'category' || type === 'boolean';

function levelsOf({ topValues }: ColumnProfile, showsValues: boolean) {
  const top = topValues.slice(0, shownValues);
  return showsValues
    ? top.map(({ value, fraction }) => [shortened(value, longestValue), rounded(fraction)])
    : top.map(({ fraction }) => rounded(fraction));
}

function targetCard({ target, columns }: AnalysisReport, targetId: string, sendsValues: boolean) {
  const isPersonal = columns.some(
    ({ column, personalData }) => column === targetId && personalData.length > 0,
  );
  return compact({
    id: targetId,
    usableRows: target?.usableRows,
    classCount: target?.classCount ?? undefined,
    classes: target?.balance
      .slice(0, shownValues)
      .map(({ value, fraction }) =>
        sendsValues && !isPersonal ? [shortened(value, longestValue), rounded(fraction)] : rounded(fraction),
      ),
    skewness: rounded(target?.distribution?.skewness),
  });
}

function relationsOf({ structure, missingness, correlations }: AnalysisReport, told: Set<string>) {
  return {
    gaps: missingness.mechanism,
    timeOrder:
      structure.timeOrder && told.has(structure.timeOrder.column) ? structure.timeOrder.column : null,
    groups: structure.groups.map(({ column }) => column).filter((column) => told.has(column)),
    sayTheSame: correlations.nearDuplicates
      .filter(({ first, second }) => told.has(first) && told.has(second))
      .slice(0, 20)
      .map(({ first, second, kind }) => [first, second, kind]),
  };
}

/** Texts among the parameters of a step may be cell values. The step can be continued without them. */
function withoutTexts(parameters: Record<string, unknown>): Record<string, unknown> {
  const kept = (value: unknown) => typeof value === 'number' || typeof value === 'boolean';
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => kept(value)));
}

function compact(entries: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}

/** Three digits are enough to plan by. */
function rounded(value: number | null | undefined): number | undefined {
  return value === null || value === undefined ? undefined : Number(value.toPrecision(3));
}

function shortened(text: string, longest: number): string {
  const points = [...text];
  return points.length > longest ? `${points.slice(0, longest - 1).join('')}…` : text;
}
