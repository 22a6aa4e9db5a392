import { useQuery } from 'urql';
import { CatalogDocument } from '../../gql/graphql.ts';
import { Loading, QueryFault } from '../../ui/states.tsx';
import { useWizard } from '../wizard/wizard-page.tsx';
import { LiveTraining } from './live-training.tsx';
import { TrainingForm } from './training-form.tsx';

/** What to train and for how long; then how it goes. */
export function TrainStep() {
  const experiment = useWizard();
  const [{ data, error, fetching }, refetch] = useQuery({ query: CatalogDocument });
  const isRunning = experiment.status === 'QUEUED' || experiment.status === 'RUNNING';
  if (error && !data) return <QueryFault error={error} onRetry={() => refetch()} />;
  if (fetching && !data) return <Loading what="the algorithms" />;
  if (!data) return null;
  return (
    <div className="grid grid-cols-1 gap-6">
      {experiment.status !== 'DRAFT' && (
        <LiveTraining key={experiment.id} experiment={experiment} metrics={data.catalog.metrics} />
      )}
      {!isRunning && <TrainingForm key={experiment.version} experiment={experiment} catalog={data.catalog} />}
    </div>
  );
}
