import type { AnalysisReport, ColumnProfile } from '#contract/report.ts';
import { type Engine, inBatches } from '#tables/engine.ts';
import { tidy } from './columns.ts';
import type { Sample, SampleColumn } from './sample.ts';

type Structure = AnalysisReport['structure'];
type Group = Structure['groups'][number];

const fewestOrderedValues = 10;
const candidates = 3;
const comparedColumns = 40;
const fewestGroups = 5;
const fewestMeanRows = 2;
/** Above, a column is a category that many rows share rather than a thing with rows of its own. */
const mostMeanRows = 1_000;
/** Groups that are looked into. */
const sampledGroups = 2_000;
const constantShare = 0.95;
/** Of neighbours in the sample; generous, since the whole table decides. */
const probableShare = 0.8;
const entityName =
  /(?:^|[^a-z])(?:id|key|uuid|guid|code|no|number|customer|client|user|patient|subject|person|account|session|household|store|shop|device|machine|vehicle|driver|student|employee|group|family|batch|plot|site|station)$|[a-z](?:Id|ID|Key|No)$/i;

/** The order of the file in time and the things that have several rows: both decide how rows may be split. */
export async function findStructure(
  engine: Engine,
  profiles: ColumnProfile[],
  sample: Sample,
  target: string | null,
): Promise<Structure> {
  return { timeOrder: findTimeOrder(profiles), groups: await findGroups(engine, profiles, sample, target) };
}

export function findTimeOrder(profiles: ColumnProfile[]): Structure['timeOrder'] {
  for (const { column, name, monotonicity, date, valueCount, distinctCount } of profiles) {
    const isOrdered = monotonicity !== null && monotonicity !== 'none';
    if (!date || !isOrdered || valueCount < fewestOrderedValues || distinctCount < fewestOrderedValues)
      continue;
    return {
      column,
      order: monotonicity,
      reason: `The ${valueCount} dates of ${JSON.stringify(name)} never go ${monotonicity.endsWith('increasing') ? 'back' : 'forward'} down the file: rows may have to be split by time.`,
    };
  }
  return null;
}

async function findGroups(
  engine: Engine,
  profiles: ColumnProfile[],
  sample: Sample,
  target: string | null,
): Promise<Group[]> {
  const possible = profiles
    .filter(({ column, distinctCount, valueCount, type, numeric, name, date }) => {
      const meanRows = valueCount / Math.max(1, distinctCount);
      const isNamed = entityName.test(name.trim());
      const isKeyLike = type === 'category' || type === 'id' || (isNamed && type === 'integer');
      return (
        column !== target &&
        date === null &&
        isKeyLike &&
        (isNamed || numeric === null) &&
        distinctCount >= fewestGroups &&
        meanRows >= fewestMeanRows &&
        meanRows <= mostMeanRows
      );
    })
    .sort(
      (first, second) =>
        Number(entityName.test(second.name.trim())) - Number(entityName.test(first.name.trim())) ||
        second.distinctCount - first.distinctCount,
    )
    .slice(0, candidates);
  const groups: Group[] = [];
  for (const key of possible) {
    const others = profiles
      .filter(
        ({ column, isConstant, isNearConstant }) => column !== key.column && !isConstant && !isNearConstant,
      )
      .slice(0, comparedColumns)
      .map(({ column }) => column)
      .filter((other) => mayBeConstantWithin(sample, key.column, other));
    const constantWithin = await findConstantWithin(engine, key, others);
    const isNamed = entityName.test(key.name.trim());
    if (constantWithin.length === 0 && !isNamed) continue;
    groups.push({
      column: key.column,
      groupCount: key.distinctCount,
      meanRows: tidy(key.valueCount / key.distinctCount) ?? 0,
      largestRows: key.modeCount,
      constantWithin,
      reason: reasonOf(key, constantWithin.length, isNamed),
    });
  }
  return groups;
}

function reasonOf(
  { name, distinctCount, valueCount }: ColumnProfile,
  constant: number,
  isNamed: boolean,
): string {
  const rows = `${distinctCount} values of ${JSON.stringify(name)} have ${(valueCount / distinctCount).toFixed(1)} rows each on average`;
  const within = constant > 0 ? `; ${constant} other columns do not change within them` : '';
  const named = isNamed ? '; its name is that of a key' : '';
  return `${rows}${within}${named}: rows of one should stay in the same fold.`;
}

/** Whether the sample leaves it open: most columns change within groups even there, and need not be read. */
function mayBeConstantWithin(sample: Sample, key: string, other: string): boolean {
  const [keys, values] = [sample.columns.get(key), sample.columns.get(other)];
  if (!keys || !values) return false;
  const first = new Map<unknown, unknown>();
  let pairs = 0;
  let same = 0;
  for (let row = 0; row < sample.rows; row += 1) {
    const own = cellOf(keys, row);
    if (own === null) continue;
    if (!first.has(own)) {
      first.set(own, cellOf(values, row));
      continue;
    }
    pairs += 1;
    if (first.get(own) === cellOf(values, row)) same += 1;
  }
  return pairs === 0 || same >= pairs * probableShare;
}

function cellOf(column: SampleColumn, row: number): string | number | null {
  if (column.kind === 'texts') return column.texts[row] ?? null;
  const value = column.values[row] as number;
  return Number.isNaN(value) ? null : value;
}

/** Columns that have one value within nearly each of the groups with several rows. */
async function findConstantWithin(
  engine: Engine,
  { column: key, distinctCount }: ColumnProfile,
  others: string[],
): Promise<string[]> {
  const step = Math.max(1, Math.floor(distinctCount / sampledGroups));
  const found: string[] = [];
  for (const batch of inBatches(others, comparedColumns)) {
    const parts = batch.map(
      (other) => `(min(${other}) IS NOT DISTINCT FROM max(${other}))::INTEGER AS same_${other}`,
    );
    const shares = batch.map((other) => `avg(same_${other})`);
    const row = await engine.row(
      `SELECT ${shares.join(', ')} FROM (SELECT ${parts.join(', ')} FROM t WHERE ${key} IS NOT NULL AND hash(${key}) % ${step} = 0 GROUP BY ${key} HAVING count(*) > 1)`,
    );
    found.push(...batch.filter((_, index) => Number(row[index] ?? 0) >= constantShare));
  }
  return found;
}
