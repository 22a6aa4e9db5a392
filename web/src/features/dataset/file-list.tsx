import { useEffect, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { FilesDocument } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { Empty, Loading, QueryFault } from '../../ui/states.tsx';
import { FileRow } from './file-row.tsx';

export type FileActions = {
  /** Ids of those that are gone, with the time until which they can be had back. */
  deleted: ReadonlyMap<string, string>;
  onChoose: (datasetId: string) => Promise<void>;
  onDelete: (datasetId: string) => Promise<void>;
  onRestore: (datasetId: string) => Promise<void>;
};

type ListProps = FileActions & {
  search: string | null;
  /** How many files have been announced on this page: the list is read anew with each. */
  announced: number;
};

/** Pages under each other, as many as were asked for. */
export function FileList(props: ListProps) {
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  return cursors.map((after, index) => (
    <Page
      key={after}
      {...props}
      after={after}
      onMore={index === cursors.length - 1 ? (next) => setCursors([...cursors, next]) : null}
    />
  ));
}

type PageProps = ListProps & {
  after: string | null;
  /** Null: the next page is shown already. */
  onMore: ((cursor: string) => void) | null;
};

function Page({ search, announced, after, onMore, ...actions }: PageProps) {
  const [{ data, error }, refetch] = useQuery({ query: FilesDocument, variables: { search, after } });
  const known = useRef(announced);
  useEffect(() => {
    if (known.current === announced) return;
    known.current = announced;
    refetch({ requestPolicy: 'network-only' });
  }, [announced, refetch]);
  if (error && !data) return <QueryFault error={error} onRetry={() => refetch()} />;
  if (!data) return <Loading what="the files" />;
  const { nodes, pageInfo } = data.datasets;
  if (nodes.length === 0 && after === null) {
    return search === null ? (
      <Empty title="No files yet">What you upload stays here for every experiment to come.</Empty>
    ) : (
      <Empty title="No file is called that">Look for another part of its name.</Empty>
    );
  }
  const { hasNextPage, endCursor } = pageInfo;
  return (
    <>
      <ul className="divide-y divide-line border-b border-line last:border-b-0">
        {nodes.map((dataset) => (
          <FileRow key={dataset.id} dataset={dataset} {...actions} />
        ))}
      </ul>
      {onMore && hasNextPage && endCursor && (
        <div className="flex justify-center pt-4">
          <Button onClick={() => onMore(endCursor)}>Show more</Button>
        </div>
      )}
    </>
  );
}
