import postgres from 'postgres';

/**
 * Gives an experiment this many scored runs in its database: nobody trains for weeks to see a long leaderboard. A few
 * are partial, some have failed.
 */
export async function fillLeaderboard(
  databaseUrl: string,
  experimentId: string,
  runs: number,
): Promise<void> {
  const id = Buffer.from(experimentId, 'base64url').toString().split(':').at(-1) ?? '';
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`update experiment set status = 'SUCCEEDED', stage = 'RESULTS', metric = 'log_loss',
      task_type = 'MULTICLASS_CLASSIFICATION', started_at = now(), finished_at = now() where id = ${id}`;
    await sql`insert into model_run (id, owner_id, experiment_id, dataset_id, task_type, metric, algorithm, label,
      status, parameters, score, rank_score, partial, score_basis, score_interval, metrics, fold_scores, failure,
      fit_seconds, predict_micros_per_row, model_bytes, created_at, finished_at)
      select gen_random_uuid(), owner_id, id, dataset_id, task_type, metric, 'model_' || run, 'Model ' || run,
        case when run % 50 = 0 then 'FAILED' else 'SUCCEEDED' end, '{}',
        case when run % 50 = 0 then null else 0.1 + run / 20000.0 end,
        case when run % 50 = 0 or run % 40 = 1 then null else -0.1 - run / 20000.0 end,
        run % 40 = 1, 'OUT_OF_FOLD',
        jsonb_build_array(0.09 + run / 20000.0, 0.11 + run / 20000.0), '[]', '[0.1, 0.2]',
        case when run % 50 = 0 then '{"code": "OUT_OF_TIME", "message": "The time was up."}'::jsonb end,
        1 + run * 7919 % 1000, 1 + run * 4729 % 5000, 1000 + run * 99709 % 1000000, now(), now()
      from experiment, generate_series(1, ${runs}) as run where id = ${id}`;
  } finally {
    await sql.end();
  }
}

/** A CSV of numbers, names and gaps; the first column can be predicted from the second. */
export function wideCsv(columns: number, rows: number): string {
  const names = ['target', ...Array.from({ length: columns - 1 }, (_, index) => `column_${index + 1}`)];
  const cell = (row: number, column: number): string => {
    const value = (row * 7919 + column * 104729 + row * column * 31) % 1000;
    if (column === 0) return (row * 7919 + 104729 + row * 31) % 1000 < 500 ? 'low' : 'high';
    if (column % 5 === 2) return ['red', 'green', 'blue', 'grey'][value % 4] ?? '';
    return column % 7 === 3 && value < 100 ? '' : String(value / 10);
  };
  const lines = Array.from({ length: rows }, (_, row) =>
    names.map((_, column) => cell(row, column)).join(','),
  );
  return `${[names.join(','), ...lines].join('\n')}\n`;
}
