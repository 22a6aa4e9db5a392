import { Link } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { usePageTitle } from '../../app/page-title.ts';
import { HomeDocument } from '../../gql/graphql.ts';
import { buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Empty, Fault, Loading, QueryFault } from '../../ui/states.tsx';
import { DatasetList } from '../dataset/dataset-list.tsx';
import { Samples } from '../dataset/samples.tsx';
import { useChoice } from '../dataset/use-choice.ts';
import { ExperimentCard } from './experiment-card.tsx';

/** What was done lately, and the way to something new. */
export function HomePage() {
  usePageTitle('Home');
  const [{ data, error, fetching }, refetch] = useQuery({ query: HomeDocument });
  const { choose, fault, setFault } = useChoice();
  const experiments = data?.experiments.nodes ?? [];
  return (
    <div className="grid grid-cols-1 gap-6">
      <header className="flex flex-wrap items-end justify-between gap-4 py-2">
        <div>
          <h1 className="text-display font-bold">From a table to a model you can prove</h1>
          <p className="mt-1 max-w-2xl text-body text-label-2">
            Five steps from a file to a model, each with its evidence. What you begin here goes on while you
            are away.
          </p>
        </div>
        <Link to="/new" className={buttonClass('primary')}>
          New experiment
        </Link>
      </header>
      {fault && <Fault title="This did not work" message={fault} />}
      {error && !data && <QueryFault error={error} onRetry={() => refetch()} />}
      {fetching && !data && <Loading what="your work" />}
      {data && (
        <>
          <section aria-labelledby="experiments" className="grid gap-3">
            <h2 id="experiments" className="text-title font-semibold">
              Experiments
            </h2>
            {experiments.length === 0 ? (
              <Card>
                <Empty title="No experiments yet">
                  An experiment asks one question of one table. Start with a file of yours, or with a sample
                  below.
                </Empty>
              </Card>
            ) : (
              <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
                {experiments.map((experiment) => (
                  <ExperimentCard
                    key={experiment.id}
                    experiment={experiment}
                    metricName={data.catalog.metrics.find(({ key }) => key === experiment.metric)?.label}
                  />
                ))}
              </ul>
            )}
          </section>
          <Card title="Samples" description="Tables that come with Aliquot, to try it in one click.">
            <Samples samples={data.sampleDatasets} onChoose={choose} onFault={setFault} />
          </Card>
          <Card title="Recent files" description="Start an experiment with one of them.">
            <DatasetList datasets={data.datasets.nodes} onChoose={({ id }) => choose(id)} />
          </Card>
        </>
      )}
    </div>
  );
}
