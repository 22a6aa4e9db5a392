import type { AnalysisReport, ColumnProfile } from '#contract/report.ts';
import type { Strength } from './associations.ts';

type Association = AnalysisReport['target'] extends infer Target
  ? NonNullable<Target> extends { associations: (infer Each)[] }
    ? Each
    : never
  : never;
type Verdict = Pick<Association, 'leakage' | 'leakageReason' | 'leakageSigns'>;

/** Strength from which a feature is suspected of knowing the answer, and from which it is all but certain. */
const suspectedRank = 0.98;
const likelyRank = 0.999;
const suspectedInformation = 0.85;
const likelyInformation = 0.97;
/** What a name that speaks of a later event, or a key, has to explain besides. */
const backedInformation = 0.2;
const backedRank = 0.5;
const fewestRowsForSuspicion = 30;

const laterEvent =
  /(?:^|[^a-z])(?:outcome|result|resolution|resolved|closed|closing|cancel(?:led|ed|lation)?|churned|discharged?|settled|settlement|refund(?:ed)?|chargeback|paid[ _-]?off|final|actual|after|post|ended|termination|verdict|recover(?:y|ed)|default(?:ed)?)(?:$|[^a-z])/i;

export function judgeLeakage(
  { name, type, isUnique, monotonicity, distinctCount }: ColumnProfile,
  targetName: string,
  strength: Strength | null,
  explainedFraction: number,
  rows: number,
): Verdict {
  const none: Verdict = { leakage: 'NONE', leakageReason: null, leakageSigns: [] };
  if (rows < fewestRowsForSuspicion) return none;
  const rank = strength?.method === 'SPEARMAN' ? strength.value : null;
  const figure =
    rank === null
      ? `it explains ${(explainedFraction * 100).toFixed(1)} % of the target's entropy`
      : `rank correlation with the target is ${rank.toFixed(4)}`;
  const isBacked = rank === null ? explainedFraction >= backedInformation : rank >= backedRank;
  const signs: Verdict['leakageSigns'] = [];
  const reasons: string[] = [];
  const isLikely = rank === null ? explainedFraction >= likelyInformation : rank >= likelyRank;
  const isSuspected = rank === null ? explainedFraction >= suspectedInformation : rank >= suspectedRank;
  if (isSuspected) signs.push('ASSOCIATION');
  if (isBacked && containsWords(name, targetName)) {
    signs.push('TARGET_IN_NAME');
    reasons.push('its name holds that of the target');
  }
  if (isBacked && laterEvent.test(spaced(name))) {
    signs.push('LATER_EVENT_NAME');
    reasons.push('its name speaks of something that is known later');
  }
  const isKey = type === 'id' || isUnique;
  const isOrdered = monotonicity !== null && monotonicity !== 'none' && distinctCount > 2;
  if (isBacked && isKey && (isOrdered || rank !== null)) {
    signs.push('KEY_KNOWS_TARGET');
    reasons.push('a key should tell nothing: the file may be sorted by the target');
  }
  if (signs.length === 0) return none;
  // two signs of different kinds weigh like one strong one
  const leakage = isLikely || (isSuspected && signs.length > 1) ? 'LIKELY' : 'SUSPECTED';
  const also = reasons.length > 0 ? `; ${reasons.join('; ')}` : '';
  return {
    leakage,
    leakageReason: `On ${rows} rows ${figure}${also}. Is it known before the target is?`,
    leakageSigns: signs,
  };
}

/** `closedAt` and `CLOSED_AT` as words. */
function spaced(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ');
}

function containsWords(name: string, target: string): boolean {
  const words = (text: string) =>
    ` ${spaced(text)
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter(Boolean)
      .join(' ')} `;
  const wanted = words(target);
  return wanted.trim().length >= 3 && words(name).includes(wanted);
}
