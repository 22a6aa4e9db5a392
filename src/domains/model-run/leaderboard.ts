import { and, asc, desc, eq, inArray, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import { checkAlgorithms, checkMetric, greaterIsBetter } from '#catalog.ts';
import type { TaskType } from '#contract/vocabulary.ts';
import type { Db } from '#db.ts';
import { signedIn, type Viewer } from '#domains/account/authorise.ts';
import { decodeId, isRowId } from '#ids.ts';
import { badInput, decodeCursor, encodeCursor, groupBy } from '#paging.ts';
import { type ArtifactRow, artifact, type ModelRunRow, modelRun, type TrialRow, trial } from './table.ts';

/** A run with the value that it was sorted by: higher is better, null comes last. */
export type RankedRun = { run: ModelRunRow; sortValue: number | null };
type Position = { sortValue: number | null; id: string };

export type LeaderboardFilter = {
  taskType: TaskType;
  metric: string;
  algorithm?: string | null | undefined;
  datasetId?: string | null | undefined;
};

export const rankedCursor = ({ run, sortValue }: RankedRun): string => encodeCursor([sortValue, run.id]);

export function decodeRanked(cursor: string | null | undefined): Position | undefined {
  if (cursor == null) return undefined;
  const [sortValue, id] = decodeCursor(cursor, 2);
  const numeric = sortValue === null || typeof sortValue === 'number';
  if (!numeric || !isRowId(id)) {
    throw badInput('BAD_CURSOR', 'This cursor was not made by this server for this list.');
  }
  return { sortValue: sortValue ?? null, id };
}

/** `-infinity` stands for "no score", so that such runs come last and keyset comparison needs no NULLs. */
const floored = (value: SQL) => sql`coalesce(${value}, '-infinity'::float8)`;

function sortBy(metric: string | null): SQL {
  if (metric === null) return floored(sql`${modelRun.rankScore}`);
  const value = sql`(select (entry ->> 'value')::float8 from jsonb_array_elements(${modelRun.metrics}) as entry where entry ->> 'key' = ${metric})`;
  return floored(greaterIsBetter(metric) ? value : sql`- ${value}`);
}

function behind(key: SQL, after: Position | undefined): SQL | undefined {
  if (!after) return undefined;
  const value = after.sortValue === null ? sql`'-infinity'::float8` : sql`${after.sortValue}::float8`;
  return sql`(${key}, ${modelRun.id}) < (${value}, ${after.id}::uuid)`;
}

const finite = (value: unknown): number | null => (Number.isFinite(Number(value)) ? Number(value) : null);

export function leaderboards({ db }: { db: Db }) {
  return {
    /** Runs of several experiments, best first, those without a score last; one statement. */
    async pagesByExperiment(
      experimentIds: readonly string[],
      options: { orderBy: string | null; after?: Position | undefined; limit: number },
    ): Promise<Map<string, RankedRun[]>> {
      checkMetric(options.orderBy, null, ['orderBy', 'metric']);
      const key = sortBy(options.orderBy);
      const page = db
        .select({ id: modelRun.id, key: key.as('sort_key') })
        .from(modelRun)
        .where(and(sql`${modelRun.experimentId} = parent.id`, behind(key, options.after)))
        .orderBy(desc(key), desc(modelRun.id))
        .limit(options.limit)
        .as('page');
      const rows = await db
        .select({ run: modelRun, sortValue: page.key })
        .from(sql`unnest(${sql.param([...experimentIds])}::uuid[]) as parent(id)`)
        .crossJoinLateral(page)
        .innerJoin(modelRun, eq(modelRun.id, page.id))
        .orderBy(desc(page.key), desc(page.id));
      const ranked = rows.map(({ run, sortValue }) => ({ run, sortValue: finite(sortValue) }));
      return groupBy(ranked, ({ run }) => run.experimentId);
    },

    /** Succeeded runs over all experiments of the viewer. */
    async page(
      viewer: Viewer | null,
      options: { filter: LeaderboardFilter; after?: Position | undefined; limit: number },
    ): Promise<RankedRun[]> {
      const { accountId } = signedIn(viewer);
      const { filter, after, limit } = options;
      checkMetric(filter.metric, filter.taskType, ['filter', 'metric']);
      if (filter.algorithm) checkAlgorithms([filter.algorithm], filter.taskType, ['filter', 'algorithm']);
      const rows = await db
        .select()
        .from(modelRun)
        .where(
          and(
            eq(modelRun.ownerId, accountId),
            isNull(modelRun.deletedAt),
            eq(modelRun.taskType, filter.taskType),
            eq(modelRun.metric, filter.metric),
            sql`${modelRun.status} = 'SUCCEEDED'`,
            isNotNull(modelRun.rankScore),
            filter.algorithm ? eq(modelRun.algorithm, filter.algorithm) : undefined,
            filter.datasetId ? eq(modelRun.datasetId, decodeId('Dataset', filter.datasetId)) : undefined,
            behind(sql`${modelRun.rankScore}`, after),
          ),
        )
        .orderBy(desc(modelRun.rankScore), desc(modelRun.id))
        .limit(limit);
      return rows.map((run) => ({ run, sortValue: run.rankScore }));
    },

    async bestByExperiment(experimentIds: readonly string[]): Promise<Map<string, ModelRunRow>> {
      const rows = await db
        .selectDistinctOn([modelRun.experimentId])
        .from(modelRun)
        .where(and(inArray(modelRun.experimentId, [...experimentIds]), sql`${modelRun.status} = 'SUCCEEDED'`))
        .orderBy(asc(modelRun.experimentId), sql`${modelRun.rankScore} desc nulls last`, desc(modelRun.id));
      return new Map(rows.map((row) => [row.experimentId, row]));
    },

    /** 1 for the best run of its experiment; equal scores share a rank, partial runs have none. */
    async ranks(runIds: readonly string[]): Promise<Map<string, number>> {
      const experiments = db
        .select({ id: modelRun.experimentId })
        .from(modelRun)
        .where(inArray(modelRun.id, [...runIds]));
      const rows = await db
        .select({
          id: modelRun.id,
          rank: sql<string>`rank() over (partition by ${modelRun.experimentId} order by ${modelRun.rankScore} desc)`,
        })
        .from(modelRun)
        .where(
          and(
            inArray(modelRun.experimentId, experiments),
            sql`${modelRun.status} = 'SUCCEEDED'`,
            isNotNull(modelRun.rankScore),
          ),
        );
      return new Map(rows.map((row) => [row.id, Number(row.rank)]));
    },

    /** Trials of several runs in the order of their numbers. */
    async trialPages(
      runIds: readonly string[],
      options: { after: number; limit: number },
    ): Promise<Map<string, TrialRow[]>> {
      const page = db
        .select()
        .from(trial)
        .where(and(sql`${trial.modelRunId} = parent.id`, sql`${trial.number} > ${options.after}`))
        .orderBy(asc(trial.number))
        .limit(options.limit)
        .as('page');
      const rows = await db
        .select()
        .from(sql`unnest(${sql.param([...runIds])}::uuid[]) as parent(id)`)
        .crossJoinLateral(page);
      return groupBy(
        rows.map((row) => row.page),
        (row) => row.modelRunId,
      );
    },

    async artifactsOf(
      kind: 'modelRunId' | 'predictionJobId',
      ids: readonly string[],
    ): Promise<Map<string, ArtifactRow[]>> {
      const column = artifact[kind];
      const rows = await db
        .select()
        .from(artifact)
        .where(and(inArray(column, [...ids]), isNull(artifact.fold)))
        .orderBy(asc(artifact.createdAt), asc(artifact.id));
      return groupBy(rows, (row) => row[kind] ?? '');
    },
  };
}

export type Leaderboards = ReturnType<typeof leaderboards>;
