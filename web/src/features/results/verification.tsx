import { type ReactNode, useEffect, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { type Refusal, refusalOf } from '../../app/refusal.ts';
import {
  type ProofPartsFragment,
  RunVerificationDocument,
  type VerificationPartsFragment,
  VerifyModelRunDocument,
} from '../../gql/graphql.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { dateTime, decimal } from '../../ui/format.ts';
import { Progress } from '../../ui/progress.tsx';
import { Fault } from '../../ui/states.tsx';
import type { Run } from './run-page.tsx';

const POLL_MILLISECONDS = 1_000;

/** Fits the model again from its record, and says whether the same scores come out. */
export function Verification({ run }: { run: Run }) {
  const [fault, setFault] = useState<Refusal | null>(null);
  const [{ fetching }, verify] = useMutation(VerifyModelRunDocument);
  const { proof } = run;
  const verification = useVerification(run);
  if (!proof) return null;
  const { status } = run.experiment;
  const isTraining = status === 'QUEUED' || status === 'RUNNING';
  const isOpen = verification !== null && isUnderWay(verification);

  async function begin(): Promise<void> {
    const { data, error } = await verify({ input: { modelRunId: run.id } });
    const result = data?.verifyModelRun;
    setFault(result?.__typename === 'VerifyModelRunSuccess' ? null : refusalOf(result, error));
  }

  return (
    <Card
      title="Verify"
      description="Fits this model again from what was recorded of it (data, folds, parameters, seeds, rounds) and compares every score and prediction."
    >
      <div className="grid gap-4">
        {fault && <Fault title="The verification did not start" {...fault} />}
        {verification && !isOpen && <Answer verification={verification} />}
        {isOpen ? (
          <Progress
            label={verification.progress?.message ?? 'Waiting for a worker'}
            fraction={verification.progress?.fraction ?? null}
          />
        ) : (
          <div>
            <Button onClick={begin} isBusy={fetching} disabled={isTraining}>
              {verification ? 'Verify again' : 'Verify'}
            </Button>
            {isTraining && (
              <p className="mt-1 text-caption text-label-2">A training of this experiment is under way.</p>
            )}
          </div>
        )}
        <Record proof={proof} />
      </div>
    </Card>
  );
}

function Answer({ verification }: { verification: VerificationPartsFragment }) {
  const { status, failure, proved, bitEqual, difference, tolerance, reason, checkedAt } = verification;
  if (failure) return <Fault title="The verification could not be done" {...failure} />;
  if (status === 'CANCELED') return <p className="text-body text-label-2">The verification was stopped.</p>;
  return (
    <div className="grid gap-2" role="status">
      <p className="flex flex-wrap items-center gap-2">
        <Badge tone={proved ? 'good' : 'bad'}>{proved ? 'Proved' : 'Not proved'}</Badge>
        <span className="text-footnote text-label-2">{checkedAt && dateTime(checkedAt)}</span>
      </p>
      <p className="text-body">
        {bitEqual
          ? 'Every prediction came out the same, bit by bit.'
          : (reason ??
            `The scores differ by ${decimal(difference ?? 0)} at most, relative to themselves; ${decimal(tolerance ?? 0)} is allowed.`)}
      </p>
      {verification.environmentDifferences.map((line) => (
        <p key={line} className="rounded-control bg-caution-soft p-3 text-footnote">
          {line}
        </p>
      ))}
    </div>
  );
}

const names: [keyof ProofPartsFragment, string][] = [
  ['tableSha256', 'Table'],
  ['foldsSha256', 'Folds'],
  ['planSha256', 'Preprocessing'],
  ['predictionsSha256', 'Predictions'],
  ['lockSha256', 'Libraries'],
  ['runnerSha256', 'Runner'],
  ['seed', 'Seed'],
  ['machine', 'Machine'],
];

function Record({ proof }: { proof: ProofPartsFragment }): ReactNode {
  return (
    <details>
      <summary className="min-h-11 cursor-pointer py-2 text-footnote font-medium md:min-h-8">
        What was recorded (SHA-256)
      </summary>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1 text-caption">
        {names.map(([key, name]) => (
          <div key={key} className="contents">
            <dt className="text-label-2">{name}</dt>
            <dd className="font-mono break-all text-label-2">{proof[key] ?? '—'}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

const isUnderWay = ({ status }: VerificationPartsFragment): boolean =>
  status === 'QUEUED' || status === 'RUNNING';

/** Polled while it is under way: the server tells no events of verifications. */
function useVerification(run: Run): VerificationPartsFragment | null {
  const verification = run.verification ?? null;
  const isWaiting = verification !== null && isUnderWay(verification);
  const [, refetch] = useQuery({
    query: RunVerificationDocument,
    variables: { id: run.id },
    pause: !isWaiting,
  });
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(() => refetch({ requestPolicy: 'network-only' }), POLL_MILLISECONDS);
    return () => clearInterval(timer);
  }, [isWaiting, refetch]);
  return verification;
}
