import { greaterIsBetter } from '#catalog.ts';
import type { TaskType } from '#contract/vocabulary.ts';
import type { Score } from './measure.ts';
import { type Bounds, correctedBounds, jackknifeBounds } from './paired.ts';
import type { PairedScores } from './scores.ts';
import { type Finding, failed, passed, undecided } from './subject.ts';

/** A plan may lose so much of the area under a curve, or so large a share of a loss. */
const AREA_MARGIN = 0.005;
const LOSS_MARGIN_SHARE = 0.005;
const AREAS = new Set(['roc_auc', 'average_precision']);

/** One small model with the plan and with the rules; `difference` above 0: the plan is better. */
interface Compared {
  proxy: string;
  with: number;
  without: number;
  margin: number;
  bounds: Bounds;
  pairs: number;
}

/** What harm is measured by: the area under the ROC curve, or the loss that the training minimises. */
export function gateMetric(taskType: TaskType, metric: string): string {
  if (taskType === 'BINARY_CLASSIFICATION') return 'roc_auc';
  if (taskType === 'MULTICLASS_CLASSIFICATION') return metric === 'roc_auc' ? 'roc_auc' : 'log_loss';
  return greaterIsBetter(metric) ? 'rmse' : metric;
}

/** Whether repeated cross-validation shows that the plan does no harm beyond the margin, for both small models. */
export function judgeFolds(
  scores: PairedScores,
  {
    metric,
    foldsPerRepeat,
    rows,
    isSmall,
  }: { metric: string; foldsPerRepeat: number; rows: number; isSmall: boolean },
): Finding {
  const compared = compare(scores, metric, (differences) =>
    correctedBounds(differences, foldsPerRepeat, 0.9),
  );
  if (compared.length === 0 || compared.some(({ pairs }) => pairs < 2))
    return undecided('The metric is undefined on too many folds to compare anything.');
  const figures = { rows, folds: foldsPerRepeat, ...figuresOf(compared) };
  const detail = `${compared.map(told).join('; ')}. Margin: ${number(compared[0]?.margin ?? 0)}.`;
  if (compared.some(({ bounds, margin }) => bounds.high < -margin))
    return failed(`Worse than the rules. ${detail}`, figures);
  const isShown = compared.every(({ bounds, margin }) => bounds.low >= -margin);
  if (isSmall)
    return undecided(
      `${rows} rows are too few to tell small harm from chance: decide yourself. ${detail}`,
      figures,
    );
  return isShown
    ? passed(`Not worse than the rules. ${detail}`, figures)
    : failed(`Not shown to be as good as the rules. ${detail}`, figures);
}

/** Whether the locked rows speak against the plan: worse by more than the margin, and not by chance. */
export function judgeHoldout(
  scores: PairedScores,
  { metric, rows, openings }: { metric: string; rows: number; openings: number },
): Finding {
  const compared = compare(scores, metric, ([difference = 0], without) =>
    jackknifeBounds(difference, without, 0.9),
  );
  if (compared.length === 0 || compared.some(({ pairs }) => pairs === 0))
    return undecided('The metric is undefined on the locked rows.', { rows, openings });
  const figures = { rows, openings, ...figuresOf(compared) };
  const detail = `${compared.map(told).join('; ')}. The locked rows have been looked at ${openings} times.`;
  return compared.some(({ bounds, margin }) => bounds.mean < -margin && bounds.high < 0)
    ? failed(`Worse than the rules on rows that nobody had seen. ${detail}`, figures)
    : passed(`Not worse on rows that nobody had seen. ${detail}`, figures);
}

function compare(
  { plan, rules }: PairedScores,
  metric: string,
  boundsOf: (differences: number[], withoutGroup: number[]) => Bounds,
): Compared[] {
  const sign = greaterIsBetter(metric) ? 1 : -1;
  return [...new Set(rules.map(({ proxy }) => proxy))].map((proxy) => {
    const pairs = pairsOf(plan, rules, proxy);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [ours, theirs] = [mean(pairs.map(({ one }) => one)), mean(pairs.map(({ other }) => other))];
    const margin = AREAS.has(metric) ? AREA_MARGIN : LOSS_MARGIN_SHARE * Math.abs(theirs);
    const bounds = boundsOf(
      pairs.map(({ one, other }) => sign * (one - other)),
      pairs.flatMap(({ without }) => without.map((difference) => sign * difference)),
    );
    return { proxy, with: ours, without: theirs, margin, bounds, pairs: pairs.length };
  });
}

/** Scores of the same split, where both are defined. */
function pairsOf(plan: Score[], rules: Score[], proxy: string) {
  const ours = new Map(plan.filter((score) => score.proxy === proxy).map((score) => [score.split, score]));
  return rules
    .filter((score) => score.proxy === proxy)
    .flatMap(({ split, score: other, withoutGroup }) => {
      const own = ours.get(split);
      if (!own || own.score === null || other === null) return [];
      const without = withoutGroup.flatMap((value, group) => {
        const one = own.withoutGroup[group] ?? null;
        return one === null || value === null ? [] : [one - value];
      });
      return [{ one: own.score, other, without }];
    });
}

const figuresOf = (compared: Compared[]) =>
  Object.fromEntries(
    compared.flatMap(({ proxy, with: ours, without, margin, bounds }) =>
      Object.entries({
        with: ours,
        without,
        margin,
        difference: bounds.mean,
        low: bounds.low,
        high: bounds.high,
      })
        // JSON knows no infinity
        .filter(([, value]) => Number.isFinite(value))
        .map(([name, value]) => [`${proxy}_${name}`, value]),
    ),
  );

const told = ({ proxy, with: ours, without, bounds }: Compared) =>
  `${proxy}: ${number(ours)} with it, ${number(without)} with the rules, difference ${number(bounds.mean)} (${number(bounds.low)} to ${number(bounds.high)})`;

const number = (value: number) => String(Number(value.toPrecision(3)));
