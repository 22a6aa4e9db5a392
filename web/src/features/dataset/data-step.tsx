import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { DatasetDetailPartsFragment } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { classNames } from '../../ui/class-names.ts';
import { Progress } from '../../ui/progress.tsx';
import { Fault, Loading, QueryFault, Skeleton } from '../../ui/states.tsx';
import { useChange } from '../wizard/use-experiment.ts';
import { useWizard } from '../wizard/wizard-page.tsx';
import { DatasetFacts } from './dataset-facts.tsx';
import { DialectForm } from './dialect-form.tsx';
import { PreviewTable } from './preview-table.tsx';
import { ReadingNotes } from './reading-notes.tsx';
import { useReading } from './use-reading.ts';

/** What the file is and how it was understood, to be put right before anything is built on it. */
export function DataStep() {
  const experiment = useWizard();
  const navigate = useNavigate();
  const { change, fault, isChanging } = useChange(experiment);
  const reading = useReading(experiment);
  const { dataset, error, refetch, isReading, progress } = reading;

  async function goOn(): Promise<void> {
    if (experiment.stage === 'DATA' && !(await change({ stage: 'ANALYSIS' }))) return;
    await navigate({
      to: '/experiments/$experimentId/understand',
      params: { experimentId: experiment.id },
    });
  }

  if (error && !dataset) return <QueryFault error={error} onRetry={() => refetch()} />;
  if (!dataset) return <Loading what="the file" />;
  return (
    <div className="grid min-w-0 grid-cols-1 gap-6">
      <DatasetFacts
        dataset={dataset}
        action={
          <Button kind="primary" onClick={goOn} isBusy={isChanging} disabled={dataset.status !== 'READY'}>
            Continue
          </Button>
        }
      />
      {fault && <Fault title="This could not be kept" {...fault} />}
      {reading.fault && <Fault title="The file could not be read otherwise" {...reading.fault} />}
      {dataset.rejection && dataset.status === 'REJECTED' && (
        <Fault
          title="The file cannot be read like this"
          {...dataset.rejection}
          onRetry={() => reading.change({ dialect: {}, columnTypes: [] })}
        />
      )}
      {isReading && (
        <Card>
          <Progress
            label={progress?.message ?? `Reading ${dataset.fileName}`}
            fraction={progress?.fraction ?? null}
          />
        </Card>
      )}
      {dataset.status !== 'REJECTED' && (
        <Preview key={typesOf(dataset)} dataset={dataset} reading={reading} />
      )}
      <HowRead dataset={dataset} reading={reading} />
    </div>
  );
}

type Parts = { dataset: DatasetDetailPartsFragment; reading: ReturnType<typeof useReading> };

const typesOf = ({ columns }: DatasetDetailPartsFragment): string =>
  columns?.map(({ name, type }) => `${name} ${type}`).join() ?? '';

function Preview({ dataset, reading }: Parts) {
  const [drafts, setDrafts] = useState<Record<string, string>>({});
  const { rows, previewError, readPreview, change, isChanging, isReading } = reading;
  const columns = dataset.columns ?? [];
  const changed = columns.filter(({ name, type }) => (drafts[name] ?? type) !== type);

  return (
    <Card
      title="Preview"
      description="The first 200 rows. Where a type is not what you mean, choose another."
    >
      {previewError && !rows ? (
        <QueryFault error={previewError} onRetry={() => readPreview()} />
      ) : rows === null ? (
        <Skeleton className="h-112" />
      ) : (
        <div className={classNames('transition-opacity duration-200', isReading && 'opacity-50')}>
          <PreviewTable
            name={dataset.name}
            columns={columns}
            rows={rows}
            typeOf={({ name, type }) => drafts[name] ?? type}
            onType={({ name }, type) => setDrafts({ ...drafts, [name]: type })}
          />
        </div>
      )}
      {changed.length > 0 && (
        <div className="sticky bottom-4 z-10 mt-3 flex flex-wrap items-center justify-end gap-2 rounded-card border border-line bg-raised p-3 shadow-card">
          <Button kind="plain" onClick={() => setDrafts({})}>
            Discard
          </Button>
          <Button
            isBusy={isChanging || isReading}
            onClick={() =>
              change({ columnTypes: columns.map(({ name, type }) => ({ name, type: drafts[name] ?? type })) })
            }
          >
            Read again with {changed.length} {changed.length === 1 ? 'new type' : 'new types'}
          </Button>
        </div>
      )}
    </Card>
  );
}

/** For text files: files that carry their own structure have no dialect. */
function HowRead({ dataset, reading }: Parts) {
  const { dialect, warnings } = dataset;
  if (!dialect && warnings.length === 0) return null;
  return (
    <Card
      title="How the file was read"
      description="Cut otherwise, it is another table: its types are detected anew."
    >
      <div className="grid gap-4">
        <ReadingNotes dataset={dataset} />
        {dialect && (
          <DialectForm
            key={JSON.stringify(dialect)}
            dialect={dialect}
            isBusy={reading.isChanging || reading.isReading}
            onRead={(next) => reading.change({ dialect: next, columnTypes: [] })}
          />
        )}
      </div>
    </Card>
  );
}
