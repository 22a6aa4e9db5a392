import { useState } from 'react';
import type { ColumnStateFragment, PreparationPartsFragment } from '../../gql/graphql.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Sparkline } from '../../ui/charts/sparkline.tsx';
import { useWidth } from '../../ui/charts/use-width.ts';
import { count, decimal, percent } from '../../ui/format.ts';
import { EffectPicture, effectText, verdictOf } from './effect-picture.tsx';
import type { Preparation } from './use-preparation.ts';

type Comparison = NonNullable<PreparationPartsFragment['comparison']>;
type Change = Comparison['columns'][number];

const SHOWN = 12;

/** What the preparation does to the columns and to the score; or why that is not known. */
export function BeforeAfter({
  preparation,
  metrics,
}: {
  preparation: Preparation;
  metrics: ReadonlyMap<string, string>;
}) {
  const { comparison, measurement } = preparation;
  if (!comparison)
    return (
      <Card title="Before and after">
        <p role="status" className="text-body text-label-2">
          {measurement.status === 'WAITING' ? 'Being measured; you can go on meanwhile.' : measurement.reason}
        </p>
      </Card>
    );
  return <Compared comparison={comparison} metrics={metrics} />;
}

function Compared({ comparison, metrics }: { comparison: Comparison; metrics: ReadonlyMap<string, string> }) {
  const { rows, associationMeasure, columns, effect } = comparison;
  const [isAll, setAll] = useState(false);
  const changed = columns.filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after));
  const shown = isAll ? columns : changed.slice(0, SHOWN);
  const head = 'px-2 py-2 text-left font-medium';
  return (
    <Card
      title="Before and after"
      description={`${count(changed.length)} of ${count(columns.length)} columns are changed, added or dropped; looked at on ${count(rows)} rows`}
    >
      <div className="grid grid-cols-1 gap-5">
        {effect && <Worth effect={effect} name={metrics.get(effect.metric) ?? effect.metric} />}
        <section
          aria-label="Columns before and after"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
          tabIndex={0}
          className="overflow-x-auto"
        >
          <table className="w-full min-w-128 text-footnote">
            <thead className="text-label-2">
              <tr>
                <th scope="col" className={head}>
                  Column
                </th>
                <th scope="col" className={head}>
                  Before
                </th>
                <th scope="col" className={head}>
                  After
                </th>
                <th scope="col" className={`${head} text-right`} title={associationMeasure}>
                  Tells the target
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((change) => (
                <Row key={`${change.source ?? ''} ${change.column}`} change={change} />
              ))}
            </tbody>
          </table>
        </section>
        {(isAll || columns.length > shown.length) && (
          <div>
            <Button onClick={() => setAll(!isAll)}>
              {isAll ? 'Only what is changed' : `All ${count(columns.length)} columns`}
            </Button>
          </div>
        )}
        <p className="text-caption text-label-2">“Tells the target” is {associationMeasure}, 0 to 1.</p>
      </div>
    </Card>
  );
}

function Worth({ effect, name }: { effect: NonNullable<Comparison['effect']>; name: string }) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const { tone, text } = verdictOf(effect);
  return (
    <div ref={ref} className="grid gap-1">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Badge tone={tone}>{text}</Badge>
        <span>
          {name} <span className="font-semibold">{decimal(effect.with)}</span> with it,{' '}
          <span className="font-semibold">{decimal(effect.without)}</span> without
        </span>
      </p>
      {width > 0 && <EffectPicture effect={effect} width={Math.min(width, 480)} />}
      <p className="text-caption text-label-2">
        Gain {effectText(effect)}: {effect.folds} pairs of scores of a small model, {count(effect.rows)} rows.
      </p>
    </div>
  );
}

function Row({ change: { column, source, before, after } }: { change: Change }) {
  return (
    <tr className="border-t border-line align-top">
      <th scope="row" className="max-w-56 px-2 py-2 text-left font-medium break-words">
        {column}
        {source && source !== column && (
          <span className="block text-caption font-normal text-label-2">from {source}</span>
        )}
      </th>
      <td className="px-2 py-2">{before ? <State state={before} /> : <Badge tone="good">New</Badge>}</td>
      <td className="px-2 py-2">{after ? <State state={after} /> : <Badge tone="caution">Dropped</Badge>}</td>
      <td className="px-2 py-2 text-right whitespace-nowrap">
        {[before, after]
          .flatMap((state) => (state?.association == null ? [] : [state.association.toFixed(2)]))
          .join(' → ')}
      </td>
    </tr>
  );
}

function State({ state }: { state: ColumnStateFragment }) {
  const { type, missingFraction, distinctCount, counts } = state;
  return (
    <div className="grid gap-1">
      <Sparkline counts={counts} />
      <p className="text-caption text-label-2">
        {type === 'NUMBER' ? 'number' : 'category'}, {count(distinctCount)}{' '}
        {distinctCount === 1 ? 'value' : 'values'}
        {missingFraction > 0 && `, ${percent(missingFraction)} missing`}
      </p>
    </div>
  );
}
