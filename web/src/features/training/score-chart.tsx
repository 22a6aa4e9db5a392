import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { Button } from '../../ui/button.tsx';
import { decimal, duration } from '../../ui/format.ts';

type Point = { seconds: number; score: number; label: string };
const HEIGHT = 224;

const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** The best score as it grew, as steps; the same as a table. */
export function ScoreChart({ points, name }: { points: readonly Point[]; name: string }) {
  const [isTable, setTable] = useState(false);
  return (
    <div className="grid grid-cols-1 gap-3">
      {isTable ? <Table points={points} name={name} /> : <Steps points={points} name={name} />}
      <div>
        <Button kind="plain" onClick={() => setTable(!isTable)}>
          {isTable ? 'Show as a chart' : 'Show as a table'}
        </Button>
      </div>
    </div>
  );
}

function Steps({ points, name }: { points: readonly Point[]; name: string }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(points);
  latest.current = points;

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const axis = {
      stroke: colour('--label-2'),
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
    };
    const made = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        scales: { x: { time: false } },
        legend: { show: false },
        axes: [
          { ...axis, values: (_plot, values) => values.map((value) => duration(value)) },
          { ...axis, size: 64, values: (_plot, values) => values.map((value) => decimal(value)) },
        ],
        series: [
          {},
          {
            label: name,
            stroke: colour('--accent'),
            width: 2,
            ...stepped(),
            points: { size: 7, fill: colour('--accent') },
          },
        ],
      },
      dataOf(latest.current),
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [name]);

  useEffect(() => {
    plot.current?.setData(dataOf(points));
  }, [points]);

  const last = points.at(-1);
  return (
    <div
      ref={place}
      role="img"
      aria-label={`${name} over time${last ? `: ${decimal(last.score)} after ${duration(last.seconds)}, by ${last.label}` : ''}`}
      className="min-h-56 min-w-0 overflow-hidden"
    />
  );
}

function stepped(): { paths?: uPlot.Series.PathBuilder } {
  const paths = uPlot.paths.stepped?.({ align: 1 });
  return paths ? { paths } : {};
}

const dataOf = (points: readonly Point[]): uPlot.AlignedData => [
  points.map(({ seconds }) => seconds),
  points.map(({ score }) => score),
];

function Table({ points, name }: { points: readonly Point[]; name: string }) {
  return (
    <table className="w-full text-left text-footnote">
      <thead className="text-label-2">
        <tr>
          <th className="py-1 font-medium">After</th>
          <th className="py-1 font-medium">{name}</th>
          <th className="py-1 font-medium">Model</th>
        </tr>
      </thead>
      <tbody>
        {points.map(({ seconds, score, label }) => (
          <tr key={`${seconds} ${label}`} className="border-t border-line">
            <td className="py-1">{duration(seconds)}</td>
            <td className="py-1">{decimal(score)}</td>
            <td className="py-1">{label}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
