import { useEvents } from '../../app/events.ts';
import { ModelRunEventsDocument, type ModelRunEventsSubscription } from '../../gql/graphql.ts';
import { Card } from '../../ui/card.tsx';
import { bytes, decimal } from '../../ui/format.ts';
import type { Run } from './run-page.tsx';

const eventOf = ({ modelRunEvents }: ModelRunEventsSubscription) => modelRunEvents;

/** The file that predicts without Python: how good it is beside the model, or why there is none. */
export function PortableModel({ run, onMade }: { run: Run; onMade: () => void }) {
  const portable = run.portableModel;
  const isBeingMade = portable?.status === 'RUNNING';
  useEvents({
    document: ModelRunEventsDocument,
    id: isBeingMade ? run.id : null,
    after: undefined,
    eventOf,
    onEnd: onMade,
  });
  if (!portable) return null;
  return (
    <Card
      title="Portable model"
      description="A small ONNX file that predicts without this server and without Python."
    >
      {isBeingMade && <p className="text-body text-label-2">It is being made, for a minute at most.</p>}
      {portable.reason && <p className="text-body">There is none. {portable.reason}</p>}
      {portable.artifact && (
        <dl className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-2">
          {factsOf(portable).map(([name, value]) => (
            <div key={name} className="col-span-2 grid grid-cols-subgrid">
              <dt className="text-label-2">{name}</dt>
              <dd className="text-right font-semibold">{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </Card>
  );
}

function factsOf(portable: NonNullable<Run['portableModel']>): [name: string, value: string][] {
  const { artifact, score, gap, parity } = portable;
  const facts: [string, string][] = [];
  if (artifact) facts.push([artifact.name, bytes(artifact.byteSize)]);
  if (score != null) facts.push(['Its own score', decimal(score)]);
  if (gap != null)
    facts.push([gap > 0 ? 'Worse than this model by' : 'Better than this model by', decimal(Math.abs(gap))]);
  if (parity)
    facts.push([
      `Largest difference from Python, ${parity.rows.toLocaleString('en')} rows`,
      parity.maxDifference.toExponential(0),
    ]);
  return facts;
}
