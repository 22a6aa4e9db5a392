const WIDTH = 96;
const HEIGHT = 24;

/** The shape of a distribution beside its figures, which say the same to those who do not see it. */
export function Sparkline({ counts }: { counts: readonly number[] }) {
  const most = Math.max(1, ...counts);
  const step = WIDTH / Math.max(1, counts.length);
  const gap = counts.length > 12 ? 0.5 : 1.5;
  const bars = counts.map((value, index) => {
    const height = value === 0 ? 0 : Math.max(1, (value / most) * HEIGHT);
    return `M${(index * step).toFixed(1)},${HEIGHT}v${-height.toFixed(1)}h${(step - gap).toFixed(1)}V${HEIGHT}z`;
  });
  return (
    <svg aria-hidden="true" width={WIDTH} height={HEIGHT} className="max-w-full">
      <path d={bars.join('')} className="fill-accent" />
    </svg>
  );
}
