import { type ReactNode, useState } from 'react';
import { Card } from '../../ui/card.tsx';
import { Bars } from '../../ui/charts/bars.tsx';
import { ChartFrame } from '../../ui/charts/chart-frame.tsx';
import { Select } from '../../ui/choice.tsx';
import { percent } from '../../ui/format.ts';
import { Confusion } from './confusion.tsx';
import { CurveChart } from './curve-chart.tsx';
import type { Run } from './run-page.tsx';

const SHOWN_FEATURES = 20;

/** Where a model is right and wrong, and which columns it relies on; all on rows that it had not seen. */
export function Diagnostics({ run, children }: { run: Run; children: ReactNode }) {
  const curves = run.curves ?? [];
  const kinds = [...new Set(curves.map(({ kind }) => kind))];
  const isOfClass = ({ kind }: { kind: string }) => kind !== 'LEARNING';
  const labels = [...new Set(curves.filter(isOfClass).flatMap(({ label }) => label ?? []))];
  const [wish, setWish] = useState<string | null>(null);
  const chosen = wish ?? labels[0] ?? null;
  return (
    <div className="grid items-start gap-6 lg:grid-cols-2">
      {labels.length > 1 && (
        <div className="flex flex-wrap items-center gap-3 lg:col-span-2">
          <span className="text-footnote text-label-2" aria-hidden="true">
            Curves of the class
          </span>
          <div className="w-56">
            <Select
              label="Curves of the class"
              value={chosen}
              options={labels.map((label) => ({ value: label, label }))}
              onChange={setWish}
            />
          </div>
        </div>
      )}
      {kinds.map((kind) => {
        const curve = curves.find(
          (each) => each.kind === kind && (!isOfClass(each) || each.label == null || each.label === chosen),
        );
        return (
          curve && (
            <Card key={kind}>
              <CurveChart
                kind={kind}
                about={curve.label ?? null}
                curves={[{ name: run.label, x: curve.x, y: curve.y }]}
              />
            </Card>
          )
        );
      })}
      {run.confusionMatrix && (
        <Card>
          <Confusion matrix={run.confusionMatrix} />
        </Card>
      )}
      <Importance features={run.featureImportance ?? []} />
      {children}
    </div>
  );
}

function Importance({ features }: { features: readonly { feature: string; importance: number }[] }) {
  if (features.length === 0) return null;
  const bars = features.map(({ feature, importance }) => ({
    label: feature,
    value: importance,
    text: percent(importance),
  }));
  return (
    <Card>
      <ChartFrame
        title="Importance"
        description={
          features.length > SHOWN_FEATURES
            ? `How much it relies on a column: the first ${SHOWN_FEATURES}, more in the table`
            : 'How much it relies on a column'
        }
        table={{ columns: ['Column', 'Share'], rows: bars.map(({ label, text }) => [label, text]) }}
      >
        {(width) => (
          <Bars name="Importance of the columns" bars={bars.slice(0, SHOWN_FEATURES)} width={width} />
        )}
      </ChartFrame>
    </Card>
  );
}
