import { Field as Base } from '@base-ui/react/field';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';

export const controlClass =
  'min-h-11 w-full rounded-control border border-line bg-surface px-3 text-body text-label md:min-h-9 data-invalid:border-bad';

/** A control with its name, what it means, and what is wrong with it. */
export function Field(props: {
  label: string;
  description?: ReactNode;
  fault?: string | null | undefined;
  className?: string;
  children: ReactNode;
}) {
  const { label, description, fault, className, children } = props;
  return (
    <Base.Root invalid={Boolean(fault)} className={classNames('grid content-start gap-1.5', className)}>
      <Base.Label className="text-footnote font-medium">{label}</Base.Label>
      {children}
      {description && (
        <Base.Description className="text-caption text-label-2">{description}</Base.Description>
      )}
      {fault && (
        <Base.Error match={true} className="text-caption text-bad">
          {fault}
        </Base.Error>
      )}
    </Base.Root>
  );
}
