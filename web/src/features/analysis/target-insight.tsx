import type { ReportFragment } from '../../gql/graphql.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { Bars } from '../../ui/charts/bars.tsx';
import { ChartFrame } from '../../ui/charts/chart-frame.tsx';
import { count, decimal, percent } from '../../ui/format.ts';
import { Distribution } from './distribution.tsx';

type Parts = NonNullable<ReportFragment['targetReport']>;
type Association = Parts['associations'][number];

const MOST_CLASSES = 12;
const MOST_FEATURES = 10;

/** How the target is spread, and which columns tell most about it. */
export function TargetInsight({ report, onColumn }: { report: Parts; onColumn: (name: string) => void }) {
  const { name, taskType, usableRows, missingRows, associations } = report;
  const telling = associations.filter(({ association }) => association !== null).slice(0, MOST_FEATURES);
  const leaks = associations.filter(({ leakage }) => leakage !== 'NONE');
  return (
    <Card
      title="Target"
      description={`${count(usableRows)} rows to learn from${missingRows > 0 ? `, ${count(missingRows)} without a target are left out` : ''}`}
    >
      <div className="grid grid-cols-1 gap-6">
        {taskType === 'REGRESSION' && report.distribution?.histogram ? (
          <Distribution title={`Distribution of ${name}`} histogram={report.distribution.histogram} />
        ) : (
          <Balance report={report} />
        )}
        <TargetNotes report={report} />
        {leaks.length > 0 && (
          <ul className="grid gap-2">
            {leaks.map(({ column, leakage, leakageReason }) => (
              <li key={column} className="flex flex-wrap items-baseline gap-2 text-footnote">
                <Badge tone={leakage === 'LIKELY' ? 'bad' : 'caution'}>Knows the answer?</Badge>
                <button
                  type="button"
                  onClick={() => onColumn(column)}
                  className="min-h-6 font-medium text-accent"
                >
                  {column}
                </button>
                <span className="min-w-0 text-label-2">{leakageReason}</span>
              </li>
            ))}
          </ul>
        )}
        {telling.length > 0 && (
          <ChartFrame
            title="Most telling columns"
            description="Strength of the link with the target, 0 to 1, each column alone, with its 95 % interval."
            table={{
              columns: ['Column', 'Strength', '95 % interval', 'Method', 'Information (bits)'],
              rows: associations.map(({ column, association, method, mutualInformationBits, ...ends }) => [
                column,
                association === null ? '–' : decimal(association),
                intervalOf(ends) ?? '–',
                method.toLowerCase().replaceAll('_', ' '),
                mutualInformationBits === null ? '–' : decimal(mutualInformationBits),
              ]),
            }}
          >
            {(width) => (
              <Bars
                name={`The columns that tell most about ${name}`}
                width={width}
                most={1}
                bars={telling.map(({ column, association, leakage, ...ends }) => ({
                  label: column,
                  value: association ?? 0,
                  text: [(association ?? 0).toFixed(2), intervalOf(ends)].filter(Boolean).join(' '),
                  tone: leakage === 'NONE' ? 'accent' : 'caution',
                }))}
              />
            )}
          </ChartFrame>
        )}
      </div>
    </Card>
  );
}

function Balance({ report }: { report: Parts }) {
  const { name, balance, classCount, imbalanceRatio } = report;
  if (balance.length === 0) return null;
  const ratio = imbalanceRatio === null ? '' : `, the largest ${decimal(imbalanceRatio)} times the smallest`;
  return (
    <ChartFrame
      title={`Classes of ${name}`}
      description={`${count(classCount ?? balance.length)} classes${ratio}`}
      table={{
        columns: ['Class', 'Rows', 'Share'],
        rows: balance.map(({ value, count: rows, fraction }) => [value, count(rows), percent(fraction)]),
      }}
    >
      {(width) => (
        <Bars
          name={`How many rows each class of ${name} has`}
          width={width}
          bars={balance.slice(0, MOST_CLASSES).map(({ value, count: rows, fraction }) => ({
            label: value,
            value: rows,
            text: `${count(rows)} · ${percent(fraction)}`,
          }))}
        />
      )}
    </ChartFrame>
  );
}

const intervalOf = ({ intervalLow, intervalHigh }: Pick<Association, 'intervalLow' | 'intervalHigh'>) =>
  intervalLow === null || intervalHigh === null
    ? null
    : `(${intervalLow.toFixed(2)}–${intervalHigh.toFixed(2)})`;

/** Rows that contradict each other, and what would make a lopsided number easier to learn. */
function TargetNotes({ report }: { report: Parts }) {
  const { conflictingRows, transformHint } = report;
  const notes = [];
  if (conflictingRows > 0) {
    notes.push(`${count(conflictingRows)} rows have the same features as others, with another target.`);
  }
  if (transformHint && transformHint.transform !== 'NONE') notes.push(transformHint.reason);
  return notes.map((note) => (
    <p key={note} className="text-footnote text-label-2">
      {note}
    </p>
  ));
}
