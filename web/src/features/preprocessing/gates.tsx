import type { GateFragment, GateVerdict } from '../../gql/graphql.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { decimal, duration } from '../../ui/format.ts';

const verdicts: Record<GateVerdict, { tone: Tone; name: string }> = {
  PASSED: { tone: 'good', name: 'Passed' },
  FAILED: { tone: 'bad', name: 'Failed' },
  UNDECIDED: { tone: 'caution', name: 'Undecided' },
  SKIPPED: { tone: 'neutral', name: 'Not looked at' },
};

const spoken = (name: string): string => {
  const words = name.replaceAll('_', ' ').replaceAll(/([a-z])([A-Z])/g, '$1 $2');
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase();
};

/** What a plan had to pass, in the order in which it was looked at. */
export function GateList({ gates }: { gates: readonly GateFragment[] }) {
  return (
    <ol className="divide-y divide-line" aria-label="Checks">
      {gates.map((gate) => (
        <li key={gate.name} className="grid gap-1 py-3 first:pt-0 last:pb-0">
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Badge tone={verdicts[gate.verdict].tone}>{verdicts[gate.verdict].name}</Badge>
            <span className="font-medium">{spoken(gate.name)}</span>
            <span className="ml-auto text-footnote text-label-2">
              {gate.seconds > 0 && duration(gate.seconds)}
            </span>
          </p>
          <p className="text-footnote break-words whitespace-pre-line text-label-2">{gate.detail}</p>
          <Figures figures={gate.figures} />
        </li>
      ))}
    </ol>
  );
}

export function Gates({ gates }: { gates: readonly GateFragment[] }) {
  if (gates.length === 0) return null;
  return (
    <Card title="Checks" description="What this version had to pass before it may be used.">
      <GateList gates={gates} />
    </Card>
  );
}

/** The numbers behind a verdict, for whoever wants to know. */
function Figures({ figures }: { figures: unknown }) {
  const entries = Object.entries((figures ?? {}) as Record<string, number>);
  if (entries.length === 0) return null;
  return (
    <dl className="flex flex-wrap gap-x-4 gap-y-0.5 text-caption text-label-2">
      {entries.map(([name, value]) => (
        <div key={name} className="flex gap-1.5">
          <dt>{spoken(name)}</dt>
          <dd className="font-medium text-label">
            {typeof value === 'number' ? decimal(value) : String(value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
