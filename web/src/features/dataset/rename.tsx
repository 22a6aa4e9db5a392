import { Dialog } from '@base-ui/react/dialog';
import { useState } from 'react';
import { useMutation } from 'urql';
import { messageOf } from '../../app/refusal.ts';
import { type DatasetFileFragment, UpdateDatasetDocument } from '../../gql/graphql.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { controlClass, Field } from '../../ui/field.tsx';

export function Rename(props: { dataset: DatasetFileFragment; isOpen: boolean; onClose: () => void }) {
  const { dataset, isOpen, onClose } = props;
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-canvas/70 transition-opacity duration-200 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Popup className="fixed top-1/4 left-1/2 z-40 w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 rounded-card bg-surface p-5 shadow-sheet transition-opacity duration-200 outline-none data-ending-style:opacity-0 data-starting-style:opacity-0">
          <Dialog.Title className="mb-4 text-headline font-semibold">Rename the file</Dialog.Title>
          <NameForm dataset={dataset} onClose={onClose} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function NameForm({ dataset, onClose }: { dataset: DatasetFileFragment; onClose: () => void }) {
  const [name, setName] = useState(dataset.name);
  const [fault, setFault] = useState<string | null>(null);
  const [{ fetching }, update] = useMutation(UpdateDatasetDocument);

  async function save(): Promise<void> {
    const { data, error } = await update({ input: { datasetId: dataset.id, name } });
    const result = data?.updateDataset;
    if (result?.__typename === 'UpdateDatasetSuccess') onClose();
    else setFault(messageOf(result, error));
  }

  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Field label="Name" fault={fault}>
        <input
          aria-label="Name"
          value={name}
          maxLength={255}
          required
          onChange={(event) => setName(event.target.value)}
          className={controlClass}
        />
      </Field>
      <div className="flex justify-end gap-2">
        <Dialog.Close className={buttonClass('plain')}>Cancel</Dialog.Close>
        <Button type="submit" kind="primary" isBusy={fetching} disabled={name.trim() === ''}>
          Rename
        </Button>
      </div>
    </form>
  );
}
