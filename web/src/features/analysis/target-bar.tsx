import type { ReactNode } from 'react';
import type { TaskType } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Select } from '../../ui/choice.tsx';
import { taskNames } from './task-names.ts';

const tasks = (Object.keys(taskNames) as TaskType[]).map((value) => ({ value, label: taskNames[value] }));

/** The question that the experiment asks, and why it is taken for that. */
export function TargetBar(props: {
  target: string;
  taskType: TaskType | null;
  reason: string | null;
  /** While it is being trained, the question stays. */
  isLocked: boolean;
  onChange: () => void;
  onTask: (taskType: TaskType) => void;
  action: ReactNode;
}) {
  const { target, taskType, reason, isLocked, onChange, onTask, action } = props;
  return (
    <Card
      title={`Predict ${target}`}
      description={reason ?? 'What kind of value it is will show.'}
      action={action}
    >
      <div className="flex flex-wrap items-center gap-2">
        <div className="w-full sm:w-64">
          {isLocked ? (
            <p className="text-footnote text-label-2">{taskType && taskNames[taskType]}</p>
          ) : (
            <Select
              label="What kind of value"
              value={taskType}
              options={tasks}
              placeholder="Being detected"
              onChange={(value) => value !== taskType && onTask(value)}
            />
          )}
        </div>
        {!isLocked && (
          <Button kind="plain" onClick={onChange}>
            Predict something else
          </Button>
        )}
      </div>
    </Card>
  );
}
