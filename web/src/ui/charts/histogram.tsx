import { scaleLinear } from '@visx/scale';
import { count } from '../format.ts';

const HEIGHT = 180;
const FOOT = 22;
const HEAD = 16;
const GAP = 1;

/** How often values fall into bins of equal width. */
export function Histogram(props: {
  name: string;
  edges: readonly number[];
  counts: readonly number[];
  width: number;
  format: (edge: number) => string;
}) {
  const { name, edges, counts, width, format } = props;
  const first = edges[0] ?? 0;
  const last = edges.at(-1) ?? 1;
  const most = Math.max(1, ...counts);
  const x = scaleLinear({ domain: [first, last === first ? first + 1 : last], range: [0, width] });
  const y = scaleLinear({ domain: [0, most], range: [HEIGHT - FOOT, HEAD] });
  const isFlat = first === last;
  return (
    <svg role="img" aria-label={name} width={width} height={HEIGHT}>
      {counts.map((value, index) => {
        const [from, to] = [edges[index] ?? first, edges[index + 1] ?? last];
        const left = isFlat ? width / 3 : x(from);
        const size = isFlat ? width / 3 : Math.max(1, x(to) - x(from) - GAP);
        return (
          <rect
            key={from}
            x={left}
            width={size}
            y={y(value)}
            height={HEIGHT - FOOT - y(value)}
            rx={2}
            className="fill-accent"
          >
            <title>{`${format(from)} to ${format(to)}: ${count(value)}`}</title>
          </rect>
        );
      })}
      <line x1={0} x2={width} y1={HEIGHT - FOOT} y2={HEIGHT - FOOT} className="stroke-line" />
      <text x={0} y={10} className="fill-label-2 text-caption">
        most: {count(most)}
      </text>
      <text x={0} y={HEIGHT - 6} className="fill-label-2 text-caption">
        {format(first)}
      </text>
      {!isFlat && width > 260 && (
        <text x={width / 2} y={HEIGHT - 6} textAnchor="middle" className="fill-label-2 text-caption">
          {format((first + last) / 2)}
        </text>
      )}
      {!isFlat && (
        <text x={width} y={HEIGHT - 6} textAnchor="end" className="fill-label-2 text-caption">
          {format(last)}
        </text>
      )}
    </svg>
  );
}
