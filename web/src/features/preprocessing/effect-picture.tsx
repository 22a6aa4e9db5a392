import { scaleLinear } from '@visx/scale';
import type { EffectFragment } from '../../gql/graphql.ts';
import { decimal } from '../../ui/format.ts';

type Interval = Pick<EffectFragment, 'difference' | 'low' | 'high'>;

const HEIGHT = 28;
const MIDDLE = HEIGHT / 2;
const ROOM = 10;

const signed = (value: number): string =>
  `${value > 0 ? '+' : value < 0 ? '−' : ''}${decimal(Math.abs(value))}`;

export const effectText = ({ difference, low, high }: Interval): string =>
  `${signed(difference)}, 90 % interval ${signed(low)} to ${signed(high)}`;

/** What the interval lets one say. */
export function verdictOf({ low, high }: Interval): { tone: 'good' | 'bad' | 'neutral'; text: string } {
  if (low > 0) return { tone: 'good', text: 'Helps' };
  return high < 0 ? { tone: 'bad', text: 'Harms' } : { tone: 'neutral', text: 'Makes no clear difference' };
}

const fills = { good: 'fill-good', bad: 'fill-bad', neutral: 'fill-label-2' };

/** How far a scale has to reach from 0, so that these intervals are seen whole. */
export const reachOf = (intervals: readonly Interval[]): number =>
  Math.max(0, ...intervals.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)])) || 1;

/**
 * Where a difference lies about none: worse to the left, better to the right. `margin`: what counts as no harm. `reach`
 * is given where pictures are compared.
 */
export function EffectPicture(props: {
  effect: Interval;
  width: number;
  margin?: number | null;
  reach?: number;
}) {
  const { effect, width, margin = null } = props;
  const { difference, low, high } = effect;
  const { reach = Math.max(reachOf([effect]), margin ?? 0) } = props;
  const x = scaleLinear({ domain: [-reach, reach], range: [ROOM, width - ROOM] });
  const fill = fills[verdictOf(effect).tone];
  return (
    <svg role="img" aria-label={effectText(effect)} width={width} height={HEIGHT} className="shrink-0">
      {margin !== null && (
        <rect
          x={x(-margin)}
          width={x(0) - x(-margin)}
          y={3}
          height={HEIGHT - 6}
          className="fill-fill-strong"
        />
      )}
      <line x1={x(0)} x2={x(0)} y1={2} y2={HEIGHT - 2} className="stroke-label-3" strokeDasharray="2 3" />
      <rect
        x={x(low)}
        width={Math.max(2, x(high) - x(low))}
        y={MIDDLE - 3}
        height={6}
        rx={3}
        className={fill}
        fillOpacity={0.4}
      />
      <circle cx={x(difference)} cy={MIDDLE} r={5} className={fill} />
    </svg>
  );
}
