import type { ColumnProfile, QualityIssue } from '#contract/report.ts';
import { countSql, fixBy, quoteCell, sqlName } from './fixes.ts';

type Rule = (profile: ColumnProfile) => Omit<QualityIssue, 'column'> | null;

/** Share of the values that must be of another kind than most. */
const mixedShare = 0.01;

/** Rules about how cells are written. */
export const textRules: Rule[] = [
  ({ column, name, blankCount }) =>
    blankCount > 0
      ? {
          code: 'BLANK_TEXT',
          severity: 'WARNING',
          affectedRows: blankCount,
          message: `${quoteCell(name)} has cells with nothing but spaces.`,
          detection: `${blankCount} values are white space`,
          rule: 'blankCount > 0',
          sql: countSql(`trim(${sqlName(name)}) = ''`),
          fix: 'Empty these cells in the source: they count as a category of their own.',
          fixAction: fixBy('EDIT_SOURCE', [column]),
        }
      : null,
  ({ column, name, text, blankCount }) => {
    const padded = (text?.paddedCount ?? 0) - blankCount;
    return padded > 0
      ? {
          code: 'PADDED_TEXT',
          severity: 'INFO',
          affectedRows: padded,
          message: `${quoteCell(name)} has values with spaces around them.`,
          detection: `${padded} values start or end with white space`,
          rule: 'paddedCount > blankCount',
          sql: countSql(`trim(${sqlName(name)}) <> ${sqlName(name)} AND trim(${sqlName(name)}) <> ''`),
          fix: 'Trim the values in the source: "A" and "A " are two categories.',
          fixAction: fixBy('EDIT_SOURCE', [column]),
        }
      : null;
  },
  ({ column, name, text, type }) =>
    text && text.caseVariantCount > 0 && (type === 'category' || type === 'boolean')
      ? {
          code: 'CASE_VARIANTS',
          severity: 'WARNING',
          affectedRows: null,
          message: `${quoteCell(name)} spells some categories in several ways.`,
          detection: `${text.caseVariantCount} distinct values differ from another only by case or outer spaces${text.caseVariants[0] ? `, such as ${text.caseVariants[0].map((value) => quoteCell(value, 20)).join(' and ')}` : ''}`,
          rule: 'caseVariantCount > 0',
          sql: null,
          fix: 'Agree on one spelling.',
          fixAction: fixBy('EDIT_SOURCE', [column]),
        }
      : null,
  ({ column, name, text }) =>
    text && text.mojibakeCount > 0
      ? {
          code: 'BROKEN_ENCODING',
          severity: 'WARNING',
          affectedRows: text.mojibakeCount,
          message: `${quoteCell(name)} holds garbled letters.`,
          detection: `${text.mojibakeCount} values look like UTF-8 that was read as another encoding`,
          rule: 'mojibakeCount > 0',
          sql: countSql(`regexp_matches(${sqlName(name)}, '[ÃÂ][\\x{80}-\\x{bf}]|â€|\\x{fffd}')`),
          fix: 'Export the table again as UTF-8, or name its encoding.',
          fixAction: fixBy('EDIT_SOURCE', [column]),
        }
      : null,
  ({ column, name, text, type }) => {
    if (!text || type === 'text' || type === 'id') return null;
    const kinds = groupKinds(text.kinds);
    const [most, other] = kinds;
    if (!most || !other || other.count < mixedShare * text.patternRows) return null;
    return {
      code: 'MIXED_TYPES',
      severity: 'WARNING',
      affectedRows: text.patternRows - most.count,
      message: `${quoteCell(name)} mixes values of several kinds.`,
      detection: kinds
        .map(({ kind, count, examples }) => `${count} ${kind} such as ${quoteCell(examples[0] ?? '', 20)}`)
        .join(', '),
      rule: `a second kind has at least ${mixedShare * 100} % of the values`,
      sql: null,
      fix: 'Correct the values of the rarer kind, or keep the column as categories.',
      fixAction: fixBy('EDIT_SOURCE', [column]),
    };
  },
];

/** Whole numbers and fractions are one kind; blanks are told elsewhere. */
function groupKinds(kinds: NonNullable<ColumnProfile['text']>['kinds']) {
  const merged = new Map<string, { kind: string; count: number; examples: string[] }>();
  for (const { kind, count, examples } of kinds) {
    if (kind === 'BLANK') continue;
    const as = kind === 'INTEGER' ? 'NUMBER' : kind;
    const seen = merged.get(as) ?? { kind: as, count: 0, examples };
    merged.set(as, { ...seen, count: seen.count + count });
  }
  return [...merged.values()].sort((first, second) => second.count - first.count);
}
