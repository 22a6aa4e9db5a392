import { useQuery } from 'urql';
import { usePageTitle } from '../../app/page-title.ts';
import { type StorageEncryption, SystemDocument, type SystemQuery } from '../../gql/graphql.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Loading, QueryFault } from '../../ui/states.tsx';

type Fact = { name: string; value: string; meaning: string; state?: { tone: Tone; text: string } };

/** What this server runs on, as far as it concerns those who trust it with data. */
export function SystemPage() {
  usePageTitle('System');
  const [{ data, error, fetching }, refetch] = useQuery({ query: SystemDocument });
  if (error && !data) return <QueryFault error={error} onRetry={() => refetch()} />;
  if (fetching && !data) return <Loading what="the state of the server" />;
  if (!data) return null;
  return (
    <div className="mx-auto grid w-full max-w-4xl grid-cols-1 gap-6">
      <div>
        <h1 className="text-display font-bold">System</h1>
        <p className="mt-1 text-body text-label-2">
          Aliquot {data.serverInfo.version}
          {data.viewer && `, signed in as ${data.viewer.name}`}. For the full check, run{' '}
          <code className="font-mono text-footnote">aliquot doctor</code> on the server.
        </p>
      </div>
      <Card title="What it runs on">
        <dl className="divide-y divide-line">
          {factsOf(data.serverInfo).map(({ name, value, meaning, state }) => (
            <div key={name} className="grid gap-x-6 gap-y-1 py-3 sm:grid-cols-[10rem_1fr_auto]">
              <dt className="text-footnote text-label-2">{name}</dt>
              <dd>
                <p className="font-medium break-words">{value}</p>
                <p className="text-footnote text-label-2">{meaning}</p>
              </dd>
              {state && (
                <dd>
                  <Badge tone={state.tone}>{state.text}</Badge>
                </dd>
              )}
            </div>
          ))}
        </dl>
      </Card>
      <Card
        title="API"
        description="Everything in this app goes through the same GraphQL that programs use."
        action={
          <a href="/graphql" target="_blank" rel="noreferrer" className={buttonClass('secondary')}>
            Open the playground
          </a>
        }
      >
        <p className="text-body text-label-2">
          “API” at the top of every page shows what that page has asked the server.
        </p>
      </Card>
    </div>
  );
}

const encryptions: Record<StorageEncryption, { value: string; state: { tone: Tone; text: string } }> = {
  AES_256_GCM: {
    value: 'AES-256-GCM, with a key of the operator',
    state: { tone: 'good', text: 'Encrypted' },
  },
  SSE_S3: { value: 'By the object store, with its own key', state: { tone: 'good', text: 'Encrypted' } },
  SSE_KMS: { value: 'By the object store, with a key service', state: { tone: 'good', text: 'Encrypted' } },
  NONE: { value: 'None', state: { tone: 'caution', text: 'Not encrypted' } },
};

function factsOf(info: SystemQuery['serverInfo']): Fact[] {
  const isSandboxed = info.sandbox !== 'unavailable' && info.sandbox !== 'unsafe';
  return [
    {
      name: 'Sandbox',
      value: info.sandbox,
      meaning: isSandboxed
        ? 'Generated code and models run in it; it was tried when the server started.'
        : 'Without one, nothing is trained. On the server, `aliquot doctor` tells the remedy.',
      state: isSandboxed ? { tone: 'good', text: 'Isolated' } : { tone: 'bad', text: 'Not isolated' },
    },
    {
      name: 'Files',
      value: info.storage,
      meaning: `Sent by ${info.uploadProtocols.join(', ')}, best first.`,
    },
    {
      name: 'Encryption at rest',
      meaning: 'Of files that are stored from now on.',
      ...encryptions[info.storageEncryption],
    },
    { name: 'Database', value: info.database, meaning: 'Holds everything but the files.' },
    { name: 'Training', value: info.execution, meaning: 'Where models are trained.' },
    {
      name: 'Preparation',
      value: info.generator === 'CLAUDE' ? 'Claude, on top of the rules' : 'Rules',
      meaning: 'Who writes the steps of the preparation.',
    },
  ];
}
