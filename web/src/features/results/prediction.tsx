import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useClient, useMutation, useQuery } from 'urql';
import { type Refusal, refusalOf } from '../../app/refusal.ts';
import {
  PredictableFilesDocument,
  PredictFileDocument,
  PredictionDownloadDocument,
  type PredictionFragment,
  PredictionJobDocument,
  StopPredictionDocument,
} from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Select } from '../../ui/choice.tsx';
import { bytes, count } from '../../ui/format.ts';
import { Progress } from '../../ui/progress.tsx';
import { Fault } from '../../ui/states.tsx';
import { UploadList } from '../dataset/upload-list.tsx';
import { enqueue } from '../dataset/upload-queue.ts';
import { Download, type Link } from './download.tsx';

const POLL_MILLISECONDS = 700;

/** Applies a model to every row of a file; the job is in the address, so that it is found again. */
export function Prediction({ runId, dataset }: { runId: string; dataset: { id: string; name: string } }) {
  const { prediction: jobId } = useSearch({ strict: false });
  const navigate = useNavigate();
  const [{ data }, refetch] = useQuery({ query: PredictableFilesDocument, variables: {} });
  const [wish, setWish] = useState<string | null>(null);
  const [{ fetching }, predict] = useMutation(PredictFileDocument);
  const [fault, setFault] = useState<Refusal | null>(null);
  const files = (data?.datasets.nodes ?? []).filter(({ status }) => status === 'READY');

  async function start(datasetId: string): Promise<void> {
    const { data: answer, error } = await predict({ input: { modelRunId: runId, datasetId } });
    const result = answer?.predictFile;
    if (result?.__typename === 'PredictFileSuccess') {
      setFault(null);
      await navigate({
        ...{ to: '/runs/$runId', params: { runId }, replace: true, resetScroll: false },
        search: { prediction: result.predictionJob.id },
      });
      return;
    }
    setFault(refusalOf(result, error));
  }

  return (
    <Card
      title="Predict on a file"
      description={`The file needs the columns of “${dataset.name}”, in any order; the target may be missing.`}
    >
      <div className="grid gap-4">
        <div className="grid gap-2 sm:grid-cols-[1fr_auto]">
          <Select
            label="File to predict on"
            placeholder="Choose a file"
            value={wish}
            options={files.map(({ id, name, rowCount }) => ({
              ...{ value: id, label: name, detail: `${count(rowCount ?? 0)} rows` },
            }))}
            onChange={setWish}
          />
          <Button
            kind="primary"
            disabled={wish === null}
            isBusy={fetching}
            onClick={() => wish && start(wish)}
          >
            Predict
          </Button>
        </div>
        <UploadButton />
        <UploadList
          onChoose={async (id) => {
            refetch({ requestPolicy: 'network-only' });
            setWish(id);
          }}
        />
        {fault && <Fault title="The prediction did not start" {...fault} />}
        {jobId && <Job id={jobId} />}
      </div>
    </Card>
  );
}

function UploadButton() {
  const client = useClient();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div>
      <Button onClick={() => input.current?.click()}>Upload another file</Button>
      <input
        ref={input}
        type="file"
        className="sr-only"
        tabIndex={-1}
        aria-label="File to predict on"
        onChange={(event) => {
          enqueue(client, [...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </div>
  );
}

function Job({ id }: { id: string }) {
  const job = useJob(id);
  const client = useClient();
  const [, stop] = useMutation(StopPredictionDocument);
  if (!job) return null;

  async function linkOf(): Promise<Link> {
    const { data, error } = await client
      .query(PredictionDownloadDocument, { id }, { requestPolicy: 'network-only' })
      .toPromise();
    if (error) throw error;
    const artifact = data?.node?.__typename === 'PredictionJob' ? data.node.artifact : null;
    if (!artifact) throw new Error('The predictions are not there any more. Predict again.');
    return artifact.download;
  }

  if (isOpen(job)) {
    return (
      <div className="flex items-center gap-3">
        <Progress
          className="min-w-0 flex-1"
          label={job.progress?.message ?? 'Waiting for a worker'}
          fraction={job.progress?.fraction ?? null}
        />
        <Button kind="plain" onClick={() => stop({ input: { id } })}>
          Stop
        </Button>
      </div>
    );
  }
  return (
    <div className="grid gap-3" role="status">
      {job.failure && <Fault title="The prediction failed" {...job.failure} />}
      {job.status === 'CANCELED' && <p className="text-body text-label-2">The prediction was stopped.</p>}
      {job.warnings.map(({ code, message }) => (
        <p key={`${code} ${message}`} className="rounded-control bg-caution-soft p-3 text-footnote">
          {message}
        </p>
      ))}
      {job.artifact && (
        <div className="grid gap-2 rounded-control bg-good-soft p-4">
          <p className="font-medium">
            {job.artifact.name}{' '}
            <span className="font-normal text-label-2">{bytes(job.artifact.byteSize)}</span>
          </p>
          <p className="font-mono text-caption break-all text-label-2">SHA-256 {job.artifact.sha256}</p>
          <Download name={job.artifact.name} makeLink={linkOf} />
        </div>
      )}
    </div>
  );
}

const isOpen = ({ status }: PredictionFragment): boolean => status === 'QUEUED' || status === 'RUNNING';

/** Polled: the server tells no events of predictions, which take seconds. */
function useJob(id: string): PredictionFragment | null {
  const [{ data }, refetch] = useQuery({ query: PredictionJobDocument, variables: { id } });
  const job = data?.node?.__typename === 'PredictionJob' ? data.node : null;
  const isWaiting = job !== null && isOpen(job);
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(() => refetch({ requestPolicy: 'network-only' }), POLL_MILLISECONDS);
    return () => clearInterval(timer);
  }, [isWaiting, refetch]);
  return job;
}
