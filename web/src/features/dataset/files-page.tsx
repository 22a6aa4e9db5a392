import { useDeferredValue, useState } from 'react';
import { useMutation } from 'urql';
import { usePageTitle } from '../../app/page-title.ts';
import { messageOf } from '../../app/refusal.ts';
import { DeleteDatasetDocument, RestoreDatasetDocument } from '../../gql/graphql.ts';
import { Card } from '../../ui/card.tsx';
import { controlClass } from '../../ui/field.tsx';
import { Fault } from '../../ui/states.tsx';
import { DropZone } from './drop-zone.tsx';
import { FileList } from './file-list.tsx';
import { UploadList } from './upload-list.tsx';
import { useUploads } from './upload-queue.ts';
import { useChoice } from './use-choice.ts';

/** Every file of the viewer: what it is, where it is kept, and what can be done with it. */
export function FilesPage() {
  usePageTitle('Files');
  const [search, setSearch] = useState('');
  const wanted = useDeferredValue(search.trim());
  const { choose, fault: choiceFault } = useChoice();
  const announced = useUploads().filter(({ datasetId, state }) => datasetId && state !== 'WAITING').length;
  const { deleted, fault, remove, restore } = useDeletion();
  return (
    <div className="grid grid-cols-1 gap-6">
      <div>
        <h1 className="text-display font-bold">Files</h1>
        <p className="mt-1 text-body text-label-2">
          Everything that was uploaded. Deleting a file takes its analyses and experiments with it.
        </p>
      </div>
      {(fault ?? choiceFault) && <Fault title="This did not work" message={fault ?? choiceFault} />}
      <DropZone />
      <UploadList onChoose={choose} />
      <Card>
        <input
          type="search"
          aria-label="Search the files"
          placeholder="Search by name"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className={controlClass}
        />
        <FileList
          key={wanted}
          search={wanted || null}
          announced={announced}
          deleted={deleted}
          onChoose={choose}
          onDelete={remove}
          onRestore={restore}
        />
      </Card>
    </div>
  );
}

/** What was deleted on this page, and until when it can be had back. */
function useDeletion() {
  const [deleted, setDeleted] = useState<ReadonlyMap<string, string>>(new Map());
  const [fault, setFault] = useState<string | null>(null);
  const [, remove] = useMutation(DeleteDatasetDocument);
  const [, restore] = useMutation(RestoreDatasetDocument);
  return {
    deleted,
    fault,
    async remove(datasetId: string): Promise<void> {
      const { data, error } = await remove({ input: { datasetId } });
      const result = data?.deleteDataset;
      if (result?.__typename !== 'DeleteDatasetSuccess') return setFault(messageOf(result, error));
      setFault(null);
      setDeleted((before) => new Map(before).set(datasetId, result.restorableUntil));
    },
    async restore(datasetId: string): Promise<void> {
      const { data, error } = await restore({ input: { datasetId } });
      const result = data?.restoreDataset;
      if (result?.__typename !== 'RestoreDatasetSuccess') return setFault(messageOf(result, error));
      setFault(null);
      setDeleted((before) => new Map([...before].filter(([id]) => id !== datasetId)));
    },
  };
}
