import { and, eq, inArray } from 'drizzle-orm';
import { defaultMetric } from '#catalog.ts';
import type { PlannedStep } from '#contract/preprocessing.ts';
import type { Db } from '#db.ts';
import { analysis } from '#domains/analysis/table.ts';
import { dataset } from '#domains/dataset/table.ts';
import { failureOf, JobError } from '#errors.ts';
import { cancellable, type JobSignals, settleJob } from '#jobs.ts';
import type { Log } from '#log.ts';
import type { Events } from '#ports/events.ts';
import type { Generator } from '#ports/generator.ts';
import { type Sandbox, SandboxUnavailableError } from '#ports/sandbox.ts';
import { compileSteps } from './code.ts';
import { type PreprocessingRow, preprocessing } from './table.ts';

export type PreprocessingJobPorts = {
  db: Db;
  events: Events;
  sandbox: Sandbox;
  generators: Partial<Record<Generator['kind'], Generator>>;
  log: Log;
  workDirectory: string;
};

export type PreprocessingJobs = ReturnType<typeof preprocessingJobs>;

export function preprocessingJobs(ports: PreprocessingJobPorts) {
  const { db } = ports;

  /** Ends the row once, whatever happened before. */
  async function settle(id: string, change: Partial<PreprocessingRow>): Promise<void> {
    await settleJob(ports, preprocessing, id, change, { type: 'PreprocessingFinished', payload: {} });
  }

  async function write(
    row: PreprocessingRow,
    signal: AbortSignal,
  ): Promise<{ steps: PlannedStep[]; code: string }> {
    const [source] = await db
      .select({ report: analysis.report, taskType: analysis.taskType, table: dataset })
      .from(analysis)
      .innerJoin(dataset, eq(dataset.id, analysis.datasetId))
      .where(eq(analysis.id, row.analysisId));
    const columns = source?.table.columns;
    const target = columns?.find((column) => column.name === row.target);
    if (!source?.report || !columns || !target)
      throw new JobError('ANALYSIS_NOT_FINISHED', 'There is no analysis to plan from.');
    const generator = ports.generators[row.generator === 'CLAUDE' ? 'CLAUDE' : 'RULES'];
    if (!generator) throw new JobError('GENERATOR_NOT_AVAILABLE', `${row.generator} is not configured here.`);
    const { report } = source;
    const { strategy, instructions } = row;
    const taskType = report.target?.taskType ?? source.taskType;
    if (!taskType)
      throw new JobError('TASK_TYPE_UNKNOWN', 'The analysis found no task type for this target.');
    const request = {
      ...{ ownerId: row.ownerId, preprocessingId: row.id, report, columns, target: target.name, taskType },
      ...{ metric: defaultMetric(taskType), strategy, instructions, rules: [] },
    };
    const { steps } = await generator.open(request, { text() {}, usage() {} }, signal).draft([]);
    const { name, dialect } = source.table;
    const subject = {
      ...{ owner: row.ownerId, dataset: { name, columns, dialect } },
      ...{ target: target.name, taskType, strategy },
    };
    return { steps, code: await compileSteps(ports, subject, steps, signal) };
  }

  return {
    settle,
    /** Plans the steps and compiles them to Python. Ends the row in every case. */
    async perform(id: string, signals: JobSignals): Promise<PreprocessingRow> {
      const [row] = await db
        .update(preprocessing)
        .set({ status: 'RUNNING', startedAt: new Date() })
        .where(and(eq(preprocessing.id, id), inArray(preprocessing.status, ['QUEUED', 'RUNNING'])))
        .returning();
      if (row) {
        await cancellable(ports, preprocessing, id, signals, async (signal) => {
          try {
            const { steps, code } = await write(row, signal);
            const detail = `${steps.length} steps of the catalogue, compiled to Python by the runner.`;
            await settle(id, {
              status: 'SUCCEEDED',
              steps,
              code,
              gates: [{ name: 'compile', verdict: 'PASSED', detail, seconds: 0, figures: null }],
            });
          } catch (error) {
            if (signals.claim.aborted) throw error;
            if (signal.aborted) return settle(id, { status: 'CANCELED' });
            const failure = failureOf(error, [SandboxUnavailableError]);
            if (failure.code === 'INTERNAL')
              ports.log.error({ err: error, preprocessing: id }, 'preprocessing failed');
            await settle(id, { status: 'FAILED', failure });
          }
        });
      }
      const [ended] = await db.select().from(preprocessing).where(eq(preprocessing.id, id));
      if (!ended) throw new JobError('PREPROCESSING_NOT_FOUND', 'The preprocessing was deleted meanwhile.');
      return ended;
    },
  };
}
