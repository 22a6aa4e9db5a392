import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import type { TaskType } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Empty, Fault, Loading, QueryFault } from '../../ui/states.tsx';
import { useChange } from '../wizard/use-experiment.ts';
import { useWizard } from '../wizard/wizard-page.tsx';
import { AnalysisProgress } from './analysis-progress.tsx';
import { TargetBar } from './target-bar.tsx';
import { TargetChoice } from './target-choice.tsx';
import { useAnalysis } from './use-analysis.ts';

const Report = lazy(() => import('./report.tsx').then(({ Report }) => ({ default: Report })));

/** What is to be predicted, and what the table can tell about it. */
export function UnderstandStep() {
  const experiment = useWizard();
  const { target, dataset, stage, status } = experiment;
  const navigate = useNavigate();
  const { change, fault, isChanging } = useChange(experiment);
  const { report, failure, isStopped, error, refetch, progress, measured, measure } = useAnalysis(experiment);
  const [isChoosing, setChoosing] = useState(false);

  async function choose(name: string): Promise<void> {
    if (await change({ target: name })) setChoosing(false);
  }
  async function chooseTask(taskType: TaskType): Promise<void> {
    if (await change({ taskType })) await measure(taskType);
  }
  async function goOn(): Promise<void> {
    const isBehind = stage === 'DATA' || stage === 'ANALYSIS';
    if (isBehind && !(await change({ stage: 'PREPARATION' }))) return;
    await navigate({ to: '/experiments/$experimentId/prepare', params: { experimentId: experiment.id } });
  }

  const isRunning = status === 'QUEUED' || status === 'RUNNING';
  const choice = (
    <TargetChoice datasetId={dataset.id} target={target} isBusy={isChanging} onChoose={choose} />
  );
  if (target === null || isChoosing) {
    return (
      <div className="grid grid-cols-1 gap-6">
        {fault && <Fault title="The target could not be chosen" {...fault} />}
        <Card
          title="What do you want to predict?"
          description="The column that you will not know for new rows. Everything that follows is measured against it."
          action={
            target !== null && (
              <Button kind="plain" onClick={() => setChoosing(false)}>
                Keep {target}
              </Button>
            )
          }
        >
          {choice}
        </Card>
      </div>
    );
  }
  return (
    <div className="grid min-w-0 grid-cols-1 gap-6">
      <TargetBar
        target={target}
        taskType={report?.taskType ?? experiment.taskType}
        reason={report?.taskTypeReason ?? null}
        isLocked={isRunning}
        onChange={() => setChoosing(true)}
        onTask={chooseTask}
        action={
          <Button kind="primary" onClick={goOn} isBusy={isChanging} disabled={!report?.taskType}>
            Continue
          </Button>
        }
      />
      {fault && <Fault title="This could not be kept" {...fault} />}
      {failure ? (
        <Fault
          title="The data could not be measured"
          {...failure}
          onRetry={() => measure(experiment.taskType)}
        />
      ) : isStopped ? (
        <Card>
          <Empty
            title="The analysis was stopped"
            action={<Button onClick={() => measure(experiment.taskType)}>Measure again</Button>}
          />
        </Card>
      ) : error && !report ? (
        <QueryFault error={error} onRetry={() => refetch()} />
      ) : report ? (
        <Suspense fallback={<Loading what="the findings" />}>
          <Report report={report} onTarget={isRunning ? null : () => setChoosing(true)} />
        </Suspense>
      ) : (
        <AnalysisProgress progress={progress} measured={measured} />
      )}
    </div>
  );
}
