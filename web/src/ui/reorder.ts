import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';

type Drag = { from: number; to: number; distance: number };

/**
 * Rows that are put into another order, by a handle that is dragged or moved with the arrow keys. While it is dragged,
 * the row follows the pointer and the others make room; nothing is moved before it is let go.
 */
export function useReorder(count: number, onMove: (from: number, to: number) => void) {
  const list = useRef<HTMLOListElement>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  const start = useRef({ y: 0, middles: [] as number[], heights: [] as number[] });

  function begin(event: PointerEvent<HTMLElement>, from: number): void {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const boxes = [...(list.current?.children ?? [])].map((row) => row.getBoundingClientRect());
    start.current = {
      y: event.clientY,
      middles: boxes.map(({ top, height }) => top + height / 2),
      heights: boxes.map(({ height }) => height),
    };
    setDrag({ from, to: from, distance: 0 });
  }

  function follow(event: PointerEvent<HTMLElement>): void {
    if (!drag) return;
    const { y, middles } = start.current;
    const distance = event.clientY - y;
    const middle = (middles[drag.from] ?? 0) + distance;
    const isPassed = (_: number, index: number) =>
      index !== drag.from && (middles[index] ?? 0) < middle === index > drag.from;
    const passed = middles.filter(isPassed).length;
    setDrag({ ...drag, distance, to: drag.from + (distance > 0 ? passed : -passed) });
  }

  function end(isKept: boolean): void {
    if (drag && isKept && drag.to !== drag.from) onMove(drag.from, drag.to);
    setDrag(null);
  }

  /** How far a row is moved out of its place while another one, or itself, is dragged. */
  function offsetOf(index: number): number {
    if (!drag) return 0;
    if (index === drag.from) return drag.distance;
    const height = start.current.heights[drag.from] ?? 0;
    if (index > drag.from && index <= drag.to) return -height;
    return index < drag.from && index >= drag.to ? height : 0;
  }

  const handle = (index: number) => ({
    onPointerDown: (event: PointerEvent<HTMLElement>) => begin(event, index),
    onPointerMove: follow,
    onPointerUp: () => end(true),
    onPointerCancel: () => end(false),
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
      const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
      if (event.key === 'Escape') end(false);
      if (step === 0) return;
      event.preventDefault();
      if (index + step >= 0 && index + step < count) onMove(index, index + step);
    },
  });

  return { list, handle, offsetOf, dragged: drag?.from ?? null };
}
