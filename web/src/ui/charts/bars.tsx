import { scaleLinear } from '@visx/scale';
import { shortened } from './shortened.ts';

const ROW = 28;
const VALUE_WIDTH = 96;
const GAP = 8;

const tones = { accent: 'fill-accent', good: 'fill-good', caution: 'fill-caution', bad: 'fill-bad' };

export type Bar = { label: string; value: number; text: string; tone?: keyof typeof tones };

/** Amounts beside each other, each with its name and its figure. */
export function Bars(props: { name: string; bars: readonly Bar[]; width: number; most?: number }) {
  const { name, bars, width, most = Math.max(...bars.map(({ value }) => value)) } = props;
  const labelWidth = Math.min(180, Math.round(width * 0.32));
  const x = scaleLinear({
    domain: [0, most || 1],
    range: [0, Math.max(0, width - labelWidth - VALUE_WIDTH - 2 * GAP)],
  });
  return (
    <svg role="img" aria-label={name} width={width} height={bars.length * ROW}>
      {bars.map(({ label, value, text, tone = 'accent' }, index) => {
        const middle = index * ROW + ROW / 2;
        const length = Math.max(value > 0 ? 2 : 0, x(value));
        return (
          <g key={label}>
            <title>{`${label}: ${text}`}</title>
            <text
              x={labelWidth}
              y={middle}
              textAnchor="end"
              dominantBaseline="central"
              className="fill-label text-footnote"
            >
              {shortened(label, labelWidth)}
            </text>
            <rect
              x={labelWidth + GAP}
              y={middle - 7}
              width={length}
              height={14}
              rx={3}
              className={tones[tone]}
            />
            <text
              x={labelWidth + 2 * GAP + length}
              y={middle}
              dominantBaseline="central"
              className="fill-label-2 text-footnote"
            >
              {text}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
