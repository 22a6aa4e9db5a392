import { scaleLinear } from '@visx/scale';
import { LinePath } from '@visx/shape';
import { decimal } from '../format.ts';

export type Line = { name: string; points: readonly (readonly [x: number, y: number])[] };
type Axis = {
  name: string;
  domain?: readonly [number, number];
  format?: (value: number) => string;
  /** Counts: there is nothing between two of them. */
  isWhole?: boolean;
};

const HEIGHT = 300;
const MARGIN = { top: 28, right: 16, bottom: 44, left: 56 };
/** Told apart by their strokes as well as by their colours. */
const strokes = [
  { colour: 'var(--accent)', dash: undefined },
  { colour: 'var(--caution)', dash: '7 4' },
  { colour: 'var(--good)', dash: '2 4' },
  { colour: 'var(--bad)', dash: '10 3 2 3' },
] as const;

const fourth = { colour: 'var(--label-2)', dash: undefined };
const strokeOf = (index: number) => strokes[index % strokes.length] ?? fourth;

/** Lines or points on two axes; `reference` is what they are held against. */
export function Lines(props: {
  label: string;
  lines: readonly Line[];
  x: Axis;
  y: Axis;
  kind?: 'LINES' | 'POINTS' | 'BOTH';
  reference?: Line;
  width: number;
}) {
  const { label, lines, x, y, kind = 'LINES', reference, width } = props;
  const all = lines.flatMap(({ points }) => points);
  const scaleX = scaleLinear({
    domain: [...(x.domain ?? extent(all.map((point) => point[0])))],
    range: [MARGIN.left, Math.max(MARGIN.left + 1, width - MARGIN.right)],
    nice: x.domain === undefined,
  });
  const scaleY = scaleLinear({
    domain: [...(y.domain ?? extent(all.map((point) => point[1])))],
    range: [HEIGHT - MARGIN.bottom, MARGIN.top],
    nice: y.domain === undefined,
  });
  const path = {
    x: (point: readonly [number, number]) => scaleX(point[0]),
    y: (point: readonly [number, number]) => scaleY(point[1]),
  };
  const right = width - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  return (
    <svg role="img" aria-label={label} width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`}>
      {scaleY.ticks(5).map((tick) => (
        <g key={tick}>
          <line x1={MARGIN.left} x2={right} y1={scaleY(tick)} y2={scaleY(tick)} stroke="var(--line)" />
          <text
            x={MARGIN.left - 8}
            y={scaleY(tick)}
            dy="0.32em"
            textAnchor="end"
            fontSize={12}
            fill="var(--label-2)"
          >
            {(y.format ?? decimal)(tick)}
          </text>
        </g>
      ))}
      {ticksOf(scaleX.ticks(width < 480 ? 4 : 8), x).map((tick) => (
        <text
          key={tick}
          x={scaleX(tick)}
          y={bottom + 18}
          textAnchor="middle"
          fontSize={12}
          fill="var(--label-2)"
        >
          {(x.format ?? decimal)(tick)}
        </text>
      ))}
      <text
        x={(MARGIN.left + right) / 2}
        y={HEIGHT - 6}
        textAnchor="middle"
        fontSize={12}
        fill="var(--label-2)"
      >
        {x.name}
      </text>
      <text x={0} y={12} fontSize={12} fill="var(--label-2)">
        {y.name}
      </text>
      {reference && (
        <LinePath data={[...reference.points]} {...path} stroke="var(--label-3)" strokeDasharray="3 4" />
      )}
      {lines.map(({ name, points }, index) => {
        const { colour, dash } = strokeOf(index);
        return (
          <g key={name}>
            {kind !== 'POINTS' && (
              <LinePath
                data={[...points]}
                {...path}
                stroke={colour}
                strokeWidth={2}
                strokeDasharray={dash ?? 'none'}
                strokeLinejoin="round"
              />
            )}
            {kind !== 'LINES' &&
              points.map(([px, py], place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a point is its place
                <circle key={place} cx={scaleX(px)} cy={scaleY(py)} r={3} fill={colour} fillOpacity={0.65} />
              ))}
          </g>
        );
      })}
    </svg>
  );
}

/** What each stroke stands for. */
export function Legend({ names }: { names: readonly string[] }) {
  return (
    <ul className="flex flex-wrap gap-x-5 gap-y-1 text-footnote text-label-2">
      {names.map((name, index) => {
        const { colour, dash } = strokeOf(index);
        return (
          <li key={name} className="flex items-center gap-2">
            <svg width={28} height={4} aria-hidden="true">
              <line x2={28} y1={2} y2={2} stroke={colour} strokeWidth={3} strokeDasharray={dash} />
            </svg>
            {name}
          </li>
        );
      })}
    </ul>
  );
}

const ticksOf = (ticks: readonly number[], { isWhole }: Axis): readonly number[] =>
  isWhole ? ticks.filter(Number.isInteger) : ticks;

function extent(values: readonly number[]): readonly [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return low === high ? [low - 1, high + 1] : [low, high];
}
