import { ChartFrame } from '../../ui/charts/chart-frame.tsx';
import { Legend, type Line, Lines } from '../../ui/charts/lines.tsx';
import { Select } from '../../ui/choice.tsx';
import { decimal } from '../../ui/format.ts';

type Kind = {
  name: string;
  x: string;
  y: string;
  note: string;
  isShare: boolean;
  reference?: Line;
  drawn: 'LINES' | 'POINTS' | 'BOTH';
};

const share = [0, 1] as const;
const diagonal: Line = {
  name: 'reference',
  points: [
    [0, 0],
    [1, 1],
  ],
};

const kinds: Record<string, Kind> = {
  ROC: {
    ...{ name: 'ROC curve', x: 'False positive rate', y: 'True positive rate' },
    ...{ note: 'The dashed line is guessing; closer to the upper left corner is better.', isShare: true },
    ...{ reference: diagonal, drawn: 'LINES' },
  },
  PRECISION_RECALL: {
    ...{ name: 'Precision and recall', x: 'Recall', y: 'Precision', isShare: true, drawn: 'LINES' },
    note: 'How many of those it finds are right, for each share of all that it finds.',
  },
  CALIBRATION: {
    ...{ name: 'Calibration', x: 'Predicted probability', y: 'Observed share', isShare: true },
    ...{ note: 'On the dashed line, predicted probabilities are what happens.' },
    ...{ reference: diagonal, drawn: 'BOTH' },
  },
  LEARNING: {
    ...{ name: 'Learning curve', x: 'Rounds of boosting', y: 'Loss', isShare: false, drawn: 'LINES' },
    note: 'The loss on rows that it does not learn from, as it grows tree by tree; it ends where more bring nothing.',
  },
  RESIDUALS: {
    ...{ name: 'Residuals', x: 'Predicted value', y: 'True value less predicted', isShare: false },
    ...{ note: 'Without a pattern around 0, nothing that the columns tell is left.', drawn: 'POINTS' },
  },
};

/** How a kind of curve is called. */
export const curveName = (kind: string): string => kinds[kind]?.name ?? kind;

/** One kind of curve, of one run or of several over each other. */
export function CurveChart(props: {
  kind: string;
  about: string | null;
  curves: readonly { name: string; x: readonly number[]; y: readonly number[] }[];
  choice?: {
    value: string;
    options: readonly { value: string; label: string }[];
    onChange: (value: string) => void;
  };
}) {
  const { kind, about, curves, choice } = props;
  const { name, x, y, note, isShare, reference, drawn } = kinds[kind] ?? {
    ...{
      name: kind,
      x: 'x',
      y: 'y',
      note: '',
      isShare: false,
      reference: undefined,
      drawn: 'LINES' as const,
    },
  };
  const title = about === null ? name : `${name}: ${about}`;
  const lines = curves.map((curve) => ({
    name: curve.name,
    points: curve.x.map((value, index) => [value, curve.y[index] ?? 0] as const),
  }));
  const held = kind === 'RESIDUALS' ? zeroLine(lines) : reference;
  return (
    <div className="grid gap-3">
      {choice && choice.options.length > 1 && (
        <div className="max-w-72">
          <Select label="Curve" {...choice} />
        </div>
      )}
      <ChartFrame
        title={title}
        description={note}
        table={{
          columns: curves.length > 1 ? ['Model', x, y] : [x, y],
          rows: lines.flatMap((line) =>
            line.points.map(([across, up]) => [
              ...(curves.length > 1 ? [line.name] : []),
              decimal(across),
              decimal(up),
            ]),
          ),
        }}
      >
        {(width) => (
          <Lines
            label={`${title}; ${x} across, ${y} up`}
            lines={lines}
            x={isShare ? { name: x, domain: share } : { name: x }}
            y={isShare ? { name: y, domain: share } : { name: y }}
            kind={drawn}
            width={width}
            {...(held ? { reference: held } : {})}
          />
        )}
      </ChartFrame>
      {curves.length > 1 && <Legend names={curves.map((curve) => curve.name)} />}
    </div>
  );
}

function zeroLine(lines: readonly Line[]): Line {
  const all = lines.flatMap(({ points }) => points.map(([across]) => across));
  return {
    name: 'reference',
    points: [
      [Math.min(...all), 0],
      [Math.max(...all), 0],
    ],
  };
}
