import { useMemo, useState } from 'react';
import { useQuery } from 'urql';
import { ColumnsDocument, type ColumnsQuery } from '../../gql/graphql.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { controlClass } from '../../ui/field.tsx';
import { percent } from '../../ui/format.ts';
import { Empty, Loading, QueryFault } from '../../ui/states.tsx';

type Node = Extract<ColumnsQuery['node'], { __typename: 'Dataset' }>;
type Column = NonNullable<Node['columns']>[number];

const USUAL = /^(target|label|class|outcome|result|y|price|score|churn(ed)?|survived|species|default)$/i;
const SHOWN = 60;

const hints: Record<string, string> = {
  boolean: 'yes or no',
  category: 'classes',
  integer: 'a whole number',
  number: 'a number',
  datetime: 'a moment: cannot be predicted yet',
  text: 'free text: cannot be predicted well',
  id: 'a key: nothing to learn',
  constant: 'always the same: nothing to learn',
};
const isApt = ({ type }: Column) => !['datetime', 'text', 'id', 'constant'].includes(type);

/** The columns, with what each could be as a target; the likely one first. */
export function TargetChoice(props: {
  datasetId: string;
  target: string | null;
  isBusy: boolean;
  onChoose: (name: string) => void;
}) {
  const { datasetId, target, isBusy, onChoose } = props;
  const [{ data, error }, refetch] = useQuery({ query: ColumnsDocument, variables: { id: datasetId } });
  const [search, setSearch] = useState('');
  const node = data?.node?.__typename === 'Dataset' ? data.node : null;
  const columns = node?.columns;
  const likely = useMemo(() => likelyTarget(node, data?.sampleDatasets ?? []), [node, data]);

  if (error && !data) return <QueryFault error={error} onRetry={() => refetch()} />;
  if (!columns) return <Loading what="the columns" />;
  const found = columns
    .filter(({ name }) => name.toLowerCase().includes(search.trim().toLowerCase()))
    .sort((a, b) => rank(b, likely) - rank(a, likely));
  return (
    <div className="grid gap-3">
      {columns.length > 8 && (
        <input
          type="search"
          aria-label="Search the columns"
          placeholder="Search the columns"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className={controlClass}
        />
      )}
      {found.length === 0 && (
        <Empty title="No column is called that">Look for another part of its name.</Empty>
      )}
      <ul className="divide-y divide-line">
        {found.slice(0, SHOWN).map((column) => (
          <li key={column.name} className="flex items-center justify-between gap-3 py-2">
            <div className="min-w-0">
              <p className="flex items-center gap-2">
                <span className="truncate font-medium">{column.name}</span>
                {column.name === target ? (
                  <Badge tone="accent">Chosen</Badge>
                ) : (
                  column.name === likely && <Badge tone="good">Likely</Badge>
                )}
              </p>
              <p className="text-footnote text-label-2">{hintOf(column, node.rowCount)}</p>
            </div>
            <Button
              kind={target === null && column.name === likely ? 'primary' : 'secondary'}
              disabled={isBusy || column.name === target}
              onClick={() => onChoose(column.name)}
              aria-label={`Predict ${column.name}`}
            >
              Predict
            </Button>
          </li>
        ))}
      </ul>
      {found.length > SHOWN && (
        <p className="text-footnote text-label-2">
          {SHOWN} of {found.length} columns are shown: search for the others.
        </p>
      )}
    </div>
  );
}

function hintOf(column: Column, rowCount: number | null): string {
  const { type, missingCount } = column;
  const gaps = rowCount && missingCount > 0 ? ` · ${percent(missingCount / rowCount)} missing` : '';
  return `${hints[type] ?? type}${gaps}`;
}

function likelyTarget(node: Node | null, samples: ColumnsQuery['sampleDatasets']): string | null {
  const columns = node?.columns ?? [];
  const sample = samples.find(({ name }) => name === node?.name);
  const named = columns.find(({ name }) => name === sample?.target || USUAL.test(name));
  const last = columns.at(-1);
  return named?.name ?? (last && isApt(last) ? last.name : null);
}

const rank = (column: Column, likely: string | null): number =>
  column.name === likely ? 2 : isApt(column) ? 1 : 0;
