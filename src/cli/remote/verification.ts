import { CliError } from '#cli/errors.ts';
import { VerifiedRunDocument, type VerifiedRunQuery, VerifyModelRunDocument } from '#cli/gql/graphql.ts';
import { type Connection, pause } from '#cli/remote/connection.ts';
import type { TellProgress } from '#cli/remote/pace.ts';
import { request } from '#cli/remote/request.ts';
import { expectSuccess } from '#cli/remote/success.ts';

const pollMilliseconds = 300;

type Run = Extract<NonNullable<VerifiedRunQuery['node']>, { __typename: 'ModelRun' }>;
export type Verification = NonNullable<Run['verification']>;
export type VerifiedRun = Run & { verification: Verification };

/** Has a run refitted from its record, waits for the answer. @throws CliError where there is none. */
export async function verifyRun(
  connection: Connection,
  modelRunId: string,
  tell: TellProgress,
): Promise<VerifiedRun> {
  const { verifyModelRun } = await request(connection, VerifyModelRunDocument, { input: { modelRunId } });
  expectSuccess(verifyModelRun, 'VerifyModelRunSuccess');
  for (;;) {
    const { node } = await request(connection, VerifiedRunDocument, { id: modelRunId });
    const run = node?.__typename === 'ModelRun' ? node : null;
    const verification = run?.verification;
    if (!run || !verification) {
      throw new CliError('RUN_CHANGED', 'The run was deleted or has another model by now.');
    }
    if (verification.status === 'SUCCEEDED') return { ...run, verification };
    if (verification.status === 'FAILED' || verification.status === 'CANCELED') {
      const { code, message } = verification.failure ?? {
        ...{ code: 'VERIFICATION_CANCELED', message: 'The verification was cancelled.' },
      };
      throw new CliError(code, message);
    }
    if (verification.progress) tell(verification.progress);
    await pause(pollMilliseconds, connection.signal);
  }
}
