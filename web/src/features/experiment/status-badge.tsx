import type { ExperimentStatus } from '../../gql/graphql.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';

const states: Record<ExperimentStatus, { tone: Tone; name: string }> = {
  DRAFT: { tone: 'neutral', name: 'Draft' },
  QUEUED: { tone: 'neutral', name: 'Queued' },
  RUNNING: { tone: 'accent', name: 'Running' },
  SUCCEEDED: { tone: 'good', name: 'Done' },
  FAILED: { tone: 'bad', name: 'Failed' },
  CANCELED: { tone: 'caution', name: 'Stopped' },
};

export function StatusBadge({ status }: { status: ExperimentStatus }) {
  const { tone, name } = states[status];
  return <Badge tone={tone}>{name}</Badge>;
}
