import { Progress as Base } from '@base-ui/react/progress';
import { classNames } from './class-names.ts';

/** How far something is; `fraction` null while that cannot be known. */
export function Progress(props: {
  label: string;
  fraction: number | null;
  detail?: string | null;
  className?: string;
}) {
  const { label, fraction, detail, className } = props;
  const percent = fraction === null ? null : Math.round(100 * Math.min(1, Math.max(0, fraction)));
  return (
    <Base.Root value={percent} className={classNames('grid gap-1.5', className)}>
      <div className="flex items-baseline justify-between gap-3 text-footnote">
        <Base.Label className="min-w-0 truncate text-label">{label}</Base.Label>
        <span className="shrink-0 text-label-2">{detail ?? (percent === null ? '' : `${percent} %`)}</span>
      </div>
      <Base.Track className="h-1.5 overflow-hidden rounded-full bg-fill-strong">
        <Base.Indicator
          className={classNames(
            'block h-full rounded-full bg-accent transition-[width] duration-200 ease-out',
            percent === null && 'w-1/3 animate-pulse',
          )}
        />
      </Base.Track>
    </Base.Root>
  );
}
