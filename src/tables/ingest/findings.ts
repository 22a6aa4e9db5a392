import type { PhysicalType, Repair, TableWarning } from '#contract/table.ts';
import type { Settled } from './settle.ts';
import type { TypedColumn } from './type-columns.ts';

/** Notes what the reading of a column changed, lost or had to assume. */
export function collect(
  column: TypedColumn,
  settled: Settled,
  filled: number,
  repairs: Map<string, Repair>,
  warnings: TableWarning[],
): void {
  const add = (code: string, message: string, count: number) => {
    if (count > 0) repairs.set(code, { code, message, count: (repairs.get(code)?.count ?? 0) + count });
  };
  add('MISSING_SPELLINGS', 'Cells such as NA, null or ? were read as missing.', filled - settled.present);
  const lostCount = settled.present - settled.fitting;
  if (lostCount > 0) {
    const examples = settled.lost.slice(0, 3).map(({ value }) => `"${value.slice(0, 40)}"`);
    warnings.push({
      code: 'UNREADABLE_VALUES',
      message: `${lostCount} values of "${column.name}" are no ${kindName(column.physicalType)} and were left empty: ${examples.join(', ')}.`,
      column: column.physicalName,
      count: lostCount,
    });
  }
  const { decimal, thousands, unit, dateFormats } = settled.format;
  if (settled.doubt === 'date') {
    const order = dateFormats?.[0]?.startsWith('%d') ? 'day first' : 'month first';
    warnings.push({
      code: 'AMBIGUOUS_DATE_ORDER',
      message: `No day above 12 in "${column.name}": its dates were read as ${order}.`,
      column: column.physicalName,
    });
  }
  if (settled.doubt === 'number') {
    const mark = thousands === '' ? `the decimal mark is "${decimal}"` : `"${thousands}" groups thousands`;
    warnings.push({
      code: 'AMBIGUOUS_NUMBERS',
      message: `The numbers of "${column.name}" were read as if ${mark}; nothing in the file says so for certain. Name the decimal mark if that is wrong.`,
      column: column.physicalName,
    });
  }
  if (settled.unitless > 0) {
    warnings.push({
      code: 'PERCENT_SIGN_MISSING',
      message: `Most values of "${column.name}" are percentages, but some lack the sign: they were read as if they had it.`,
      column: column.physicalName,
    });
  }
  if (column.physicalType === 'VARCHAR' && !settled.format.missingSpellings.includes('NA')) {
    warnings.push({
      code: 'NA_KEPT',
      message: `NA in "${column.name}" stands among codes of countries or continents: it was kept as one of them, not read as missing.`,
      column: column.physicalName,
    });
  }
  if (
    decimal === ',' ||
    thousands !== '' ||
    unit !== '' ||
    (settled.format.cleanups && column.physicalType !== 'TIMESTAMP')
  ) {
    add(
      'NUMBERS_NORMALISED',
      'Columns with decimal commas, thousands separators or units were read as numbers.',
      1,
    );
  }
}

function kindName(type: PhysicalType): string {
  return type === 'TIMESTAMP' ? 'dates' : type === 'BIGINT' ? 'whole numbers' : 'numbers';
}
