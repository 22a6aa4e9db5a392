import type { DatasetRowFragment } from '../../gql/graphql.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ago, bytes, count } from '../../ui/format.ts';
import { Empty } from '../../ui/states.tsx';

/** Datasets to choose from; those that cannot be used say why. */
export function DatasetList(props: {
  datasets: readonly DatasetRowFragment[];
  onChoose: (dataset: DatasetRowFragment) => void;
}) {
  const { datasets, onChoose } = props;
  if (datasets.length === 0)
    return <Empty title="No files yet">What you upload stays here for the next experiment.</Empty>;
  return (
    <ul className="divide-y divide-line">
      {datasets.map((dataset) => (
        <li key={dataset.id} className="flex flex-wrap items-center justify-between gap-3 py-3">
          <div className="min-w-0">
            <p className="truncate font-medium">{dataset.name}</p>
            <p className="truncate text-footnote text-label-2">{detailOf(dataset)}</p>
          </div>
          {dataset.status === 'READY' ? (
            <Button onClick={() => onChoose(dataset)} aria-label={`Use ${dataset.name}`}>
              Use
            </Button>
          ) : (
            <Badge tone={dataset.status === 'REJECTED' ? 'bad' : 'neutral'}>
              {dataset.status.toLowerCase()}
            </Badge>
          )}
        </li>
      ))}
    </ul>
  );
}

function detailOf({ status, rejection, rowCount, columns, byteSize, createdAt }: DatasetRowFragment): string {
  if (status === 'REJECTED') return rejection?.message ?? 'It cannot be read.';
  const shape = rowCount === null ? [] : [`${count(rowCount)} rows`, `${columns?.length ?? 0} columns`];
  return [...shape, bytes(byteSize), ago(createdAt)].join(' · ');
}
