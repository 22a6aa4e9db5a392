import { useState } from 'react';
import { useMutation } from 'urql';
import { messageOf } from '../../app/refusal.ts';
import { CreateSampleDocument } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';

/** Tables that come with the server; one click makes a dataset of one and goes on with it. */
export function Samples(props: {
  samples: readonly { key: string; name: string; target: string }[];
  onChoose: (datasetId: string) => Promise<void>;
  onFault: (message: string) => void;
}) {
  const { samples, onChoose, onFault } = props;
  const [, create] = useMutation(CreateSampleDocument);
  const [taken, setTaken] = useState<string | null>(null);

  async function take(key: string): Promise<void> {
    setTaken(key);
    const { data, error } = await create({ input: { key } });
    const result = data?.createSampleDataset;
    if (result?.__typename === 'CreateSampleDatasetSuccess') await onChoose(result.dataset.id);
    else onFault(messageOf(result, error));
    setTaken(null);
  }

  return (
    <ul className="flex flex-wrap gap-2">
      {samples.map(({ key, name, target }) => (
        <li key={key}>
          <Button onClick={() => take(key)} isBusy={taken === key} disabled={taken !== null}>
            <span className="grid py-1.5 text-left">
              {name} <span className="text-caption text-label-2">predict {target}</span>
            </span>
          </Button>
        </li>
      ))}
    </ul>
  );
}
