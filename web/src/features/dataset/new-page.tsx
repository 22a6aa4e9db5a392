import { useMutation, useQuery } from 'urql';
import { CreateSampleDocument, type DatasetRowFragment, NewDocument } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Fault, Loading, QueryFault } from '../../ui/states.tsx';
import { DatasetList } from './dataset-list.tsx';
import { DropZone } from './drop-zone.tsx';
import { messageOf } from './refusal.ts';
import { UploadList } from './upload-list.tsx';
import { useChoice } from './use-choice.ts';

/** The beginning of an experiment: a file of one's own, one that is here already, or a sample. */
export function NewPage() {
  const [{ data, error, fetching }, refetch] = useQuery({ query: NewDocument });
  const [, createSample] = useMutation(CreateSampleDocument);
  const { choose, fault, setFault } = useChoice();

  async function takeSample(key: string): Promise<void> {
    const { data: answer, error: failure } = await createSample({ input: { key } });
    const result = answer?.createSampleDataset;
    if (result?.__typename === 'CreateSampleDatasetSuccess') await choose(result.dataset.id);
    else setFault(messageOf(result, failure));
  }

  return (
    <div className="mx-auto grid max-w-4xl gap-6">
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
        <div className="flex flex-wrap gap-2">
          {data?.sampleDatasets.map(({ key, name, target }) => (
            <Button key={key} onClick={() => takeSample(key)}>
              {name}
              <span className="text-caption text-label-2">predict {target}</span>
            </Button>
          ))}
        </div>
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
