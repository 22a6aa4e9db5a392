import { useQuery } from 'urql';
import { usePageTitle } from '../../app/page-title.ts';
import { type DatasetRowFragment, NewDocument } from '../../gql/graphql.ts';
import { Card } from '../../ui/card.tsx';
import { Fault, Loading, QueryFault } from '../../ui/states.tsx';
import { DatasetList } from './dataset-list.tsx';
import { DropZone } from './drop-zone.tsx';
import { Samples } from './samples.tsx';
import { UploadList } from './upload-list.tsx';
import { useChoice } from './use-choice.ts';

/** The beginning of an experiment: a file of one's own, one that is here already, or a sample. */
export function NewPage() {
  usePageTitle('New experiment');
  const [{ data, error, fetching }, refetch] = useQuery({ query: NewDocument });
  const { choose, fault, setFault } = useChoice();

  return (
    <div className="mx-auto grid w-full max-w-4xl grid-cols-1 gap-6">
      <div>
        <h1 className="text-display font-bold">New experiment</h1>
        <p className="mt-1 text-body text-label-2">
          Start with a table: one row for each thing, one column to predict.
        </p>
      </div>
      {fault && <Fault title="This did not work" message={fault} />}
      <DropZone />
      <UploadList onChoose={choose} />
      <Card title="Samples" description="Tables that come with Aliquot, to try it in one click.">
        <Samples samples={data?.sampleDatasets ?? []} onChoose={choose} onFault={setFault} />
      </Card>
      <Card title="Files that are here already">
        {error && !data && <QueryFault error={error} onRetry={() => refetch()} />}
        {fetching && !data && <Loading what="your files" />}
        {data && (
          <DatasetList datasets={data.datasets.nodes} onChoose={({ id }: DatasetRowFragment) => choose(id)} />
        )}
      </Card>
    </div>
  );
}
