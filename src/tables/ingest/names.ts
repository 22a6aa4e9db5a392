import type { Repair } from '#contract/table.ts';

/** One distinct, non-empty name for each column, as close to the header as can be. */
export function nameColumns(
  header: string[] | undefined,
  width: number,
): { names: string[]; repairs: Repair[] } {
  const taken = new Set<string>();
  const names: string[] = [];
  let emptyNames = 0;
  let duplicates = 0;
  const given = Array.from({ length: width }, (_, index) => cleanName(header?.[index] ?? ''));
  for (const [index, name] of given.entries()) {
    if (name === '' && header) emptyNames += 1;
    const wanted = name === '' ? `column_${index + 1}` : name;
    let unique = wanted;
    for (let suffix = 2; taken.has(unique) || (unique !== wanted && given.includes(unique)); suffix += 1) {
      unique = `${wanted}_${suffix}`;
    }
    if (unique !== wanted) duplicates += 1;
    taken.add(unique);
    names.push(unique);
  }
  const repairs: Repair[] = [];
  if (emptyNames > 0) {
    repairs.push({
      code: 'EMPTY_NAMES_FILLED',
      message: 'Columns without a name are called column_<place>.',
      count: emptyNames,
    });
  }
  if (duplicates > 0) {
    repairs.push({
      code: 'DUPLICATE_NAMES_NUMBERED',
      message: 'Repeated column names got a number.',
      count: duplicates,
    });
  }
  return { names, repairs };
}

function cleanName(cell: string): string {
  return cell.replaceAll(/\s+/g, ' ').replaceAll('\uFFFD', '').trim();
}
