import { memo } from 'react';
import { decimal } from '../format.ts';
import { shortened } from './shortened.ts';

const LABEL = 116;
/** Room for the last name above the columns, which leans to the right. */
const LEAN = 56;
const LEAST_CELL = 16;
const MOST_CELL = 48;
const CELL_WITH_TEXT = 36;
/** The strongest colour on which the text can be read in both schemes. */
const MOST_BEHIND_TEXT = 0.55;

/**
 * Values of pairs, from -1 to 1: the stronger the colour the larger, blue above 0 and amber below, told apart by those
 * who see few colours.
 */
export const Heatmap = memo(function Heatmap(props: {
  name: string;
  rows: readonly string[];
  columns: readonly string[];
  valueAt: (row: number, column: number) => number | null;
  titleAt: (row: number, column: number) => string;
  width: number;
  /** Whether the cells say their values where there is room. */
  hasText?: boolean;
}) {
  const { name, rows, columns, valueAt, titleAt, width, hasText = true } = props;
  const room = (width - LABEL - LEAN) / Math.max(1, columns.length);
  const cell = Math.floor(Math.min(MOST_CELL, Math.max(LEAST_CELL, room)));
  const height = LABEL + rows.length * cell;
  return (
    <svg role="img" aria-label={name} width={LABEL + columns.length * cell + LEAN} height={height}>
      {columns.map((column, index) => (
        <text
          key={column}
          transform={`translate(${LABEL + index * cell + cell / 2}, ${LABEL - 6}) rotate(-60)`}
          dominantBaseline="central"
          className="fill-label-2 text-caption"
        >
          {shortened(column, LABEL - 8)}
        </text>
      ))}
      {rows.map((row, down) => (
        <g key={row} transform={`translate(0, ${LABEL + down * cell})`}>
          <text
            x={LABEL - 6}
            y={cell / 2}
            textAnchor="end"
            dominantBaseline="central"
            className="fill-label-2 text-caption"
          >
            {shortened(row, LABEL - 8)}
          </text>
          {columns.map((column, across) => (
            <Cell
              key={column}
              left={LABEL + across * cell}
              size={cell}
              value={valueAt(down, across)}
              title={titleAt(down, across)}
              hasText={hasText && cell >= CELL_WITH_TEXT}
            />
          ))}
        </g>
      ))}
    </svg>
  );
});

function Cell(props: { left: number; size: number; value: number | null; title: string; hasText: boolean }) {
  const { left, size, value, title, hasText } = props;
  const strength = Math.min(1, Math.abs(value ?? 0));
  return (
    <g>
      <title>{title}</title>
      <rect x={left} width={size - 1} height={size - 1} rx={2} className="fill-fill" />
      {value !== null && (
        <rect
          x={left}
          width={size - 1}
          height={size - 1}
          rx={2}
          fillOpacity={hasText ? MOST_BEHIND_TEXT * strength : strength}
          className={value < 0 ? 'fill-caution' : 'fill-accent'}
        />
      )}
      {value !== null && hasText && (
        <text
          x={left + (size - 1) / 2}
          y={size / 2}
          textAnchor="middle"
          dominantBaseline="central"
          className="fill-label text-caption"
        >
          {decimal(Number(value.toFixed(2)))}
        </text>
      )}
    </g>
  );
}
