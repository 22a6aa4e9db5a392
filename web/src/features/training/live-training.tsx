import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useReducer, useState } from 'react';
import { useMutation } from 'urql';
import {
  StopTrainingDocument,
  TrainingEventsDocument,
  type WizardExperimentFragment,
} from '../../gql/graphql.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { count, decimal, duration } from '../../ui/format.ts';
import { Progress } from '../../ui/progress.tsx';
import { Fault, Skeleton } from '../../ui/states.tsx';
import { useJobEvents } from '../wizard/use-job-events.ts';
import { AddTime } from './add-time.tsx';
import { Lanes } from './lanes.tsx';
import { beginning, type Story, stageNames, tell } from './story.ts';

const ScoreChart = lazy(async () => ({ default: (await import('./score-chart.tsx')).ScoreChart }));

type Metric = { key: string; label: string; greaterIsBetter: boolean };

/** A training as it goes, told from its beginning: another device or a reload shows the same. */
export function LiveTraining(props: { experiment: WizardExperimentFragment; metrics: readonly Metric[] }) {
  const { experiment, metrics } = props;
  const [story, hear] = useReducer(tell, beginning);
  const { id, status, failure, bestRun } = experiment;
  useJobEvents({
    document: TrainingEventsDocument,
    experiment,
    eventOf: ({ experimentEvents }) => experimentEvents,
    onEvent: hear,
  });
  const metric = metrics.find(({ key }) => key === experiment.metric) ?? null;
  const isRunning = status === 'QUEUED' || status === 'RUNNING';
  return (
    <>
      {failure && status === 'FAILED' && (
        <Fault title="The training failed" message={failure.message} code={failure.code} />
      )}
      <Card
        title={titles[status]}
        description={summaryOf(story)}
        action={
          isRunning ? (
            <div className="flex flex-wrap justify-end gap-2">
              <AddTime experimentId={id} />
              <StopButton id={id} hasModel={bestRun !== null} />
            </div>
          ) : (
            bestRun && (
              <div className="flex flex-wrap justify-end gap-2">
                <AddTime experimentId={id} />
                <Link
                  to="/experiments/$experimentId/results"
                  params={{ experimentId: id }}
                  className={buttonClass('primary')}
                >
                  See the results
                </Link>
              </div>
            )
          )
        }
      >
        <div className="grid gap-5">
          {isRunning && (
            <Progress
              label={experiment.progress?.message ?? story.message ?? stageNames[experiment.stage]}
              fraction={experiment.progress?.fraction ?? story.fraction}
              detail={etaOf(experiment.progress?.etaSeconds ?? story.etaSeconds)}
            />
          )}
          <p role="status" className="text-body">
            {bestRun?.score != null ? (
              <>
                Best so far: <span className="font-semibold">{bestRun.label}</span>
                {metric && `, ${metric.label} `}
                <span className="font-semibold">{decimal(bestRun.score)}</span>
              </>
            ) : (
              <span className="text-label-2">No model has been scored yet.</span>
            )}
          </p>
          <Lanes lanes={story.lanes} folds={story.folds} />
        </div>
      </Card>
      {story.best.length > 1 && (
        <Card>
          <Suspense fallback={<Skeleton className="h-80" />}>
            <ScoreChart
              best={story.best}
              name={metric?.label ?? 'Score'}
              description={
                metric ? `${metric.label}, ${metric.greaterIsBetter ? 'more' : 'less'} is better` : undefined
              }
            />
          </Suspense>
        </Card>
      )}
      <Log lines={story.log} />
    </>
  );
}

const titles: Record<WizardExperimentFragment['status'], string> = {
  DRAFT: 'Not started',
  QUEUED: 'Waiting for a worker',
  RUNNING: 'Training',
  SUCCEEDED: 'Trained',
  FAILED: 'Failed',
  CANCELED: 'Stopped; the best so far is kept',
};

const summaryOf = ({ rows, features, folds }: Story): string | undefined =>
  rows === null ? undefined : `${count(rows)} rows · ${count(features ?? 0)} features · ${folds} folds`;

const etaOf = (seconds: number | null): string | null =>
  seconds === null ? null : `about ${duration(seconds)} left`;

function StopButton({ id, hasModel }: { id: string; hasModel: boolean }) {
  const [{ fetching }, stop] = useMutation(StopTrainingDocument);
  const [fault, setFault] = useState<string | null>(null);
  async function press(): Promise<void> {
    const { data, error } = await stop({ input: { id } });
    const result = data?.cancelJob;
    const refusal = result && 'message' in result ? result.message : error?.message;
    setFault(refusal ?? null);
  }
  return (
    <div className="text-right">
      <Button kind="destructive" onClick={press} isBusy={fetching}>
        {hasModel ? 'Stop and keep the best' : 'Stop'}
      </Button>
      {fault && <p className="mt-1 text-caption text-bad">{fault}</p>}
    </div>
  );
}

function Log({ lines }: { lines: Story['log'] }) {
  if (lines.length === 0) return null;
  return (
    <Card title="Log">
      <ol
        className="grid max-h-64 gap-1 overflow-y-auto font-mono text-caption"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
        aria-label="Log lines"
      >
        {lines.map(({ at, severity, message }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines are only added
          <li key={index} className="flex gap-3">
            <time className="shrink-0 text-label-3" dateTime={at}>
              {new Date(at).toLocaleTimeString()}
            </time>
            <span className={severity === 'ERROR' ? 'text-bad' : 'text-label-2'}>{message}</span>
          </li>
        ))}
      </ol>
    </Card>
  );
}
