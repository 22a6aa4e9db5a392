import { Button as BaseButton } from '@base-ui/react/button';
import { type ComponentProps, forwardRef } from 'react';
import { classNames } from './class-names.ts';

const kinds = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong',
  secondary: 'bg-fill-strong text-label hover:bg-line',
  plain: 'text-accent hover:bg-accent-soft',
  destructive: 'bg-bad-soft text-bad hover:bg-line',
};

export const buttonClass = (kind: keyof typeof kinds = 'secondary') =>
  classNames(
    'inline-flex min-h-11 items-center justify-center gap-2 rounded-control px-4 text-body font-medium whitespace-nowrap',
    'transition-colors duration-150 ease-out active:opacity-80 md:min-h-9',
    'data-disabled:pointer-events-none data-disabled:opacity-45',
    kinds[kind],
  );

type Props = ComponentProps<typeof BaseButton> & { kind?: keyof typeof kinds; isBusy?: boolean };

/** At most one `primary` a view; `isBusy` keeps the width and the focus. */
export const Button = forwardRef<HTMLButtonElement, Props>(
  ({ kind = 'secondary', isBusy = false, className, disabled, children, ...rest }, ref) => (
    <BaseButton
      ref={ref}
      className={classNames(buttonClass(kind), typeof className === 'string' && className)}
      disabled={disabled || isBusy}
      focusableWhenDisabled={isBusy}
      aria-busy={isBusy || undefined}
      {...rest}
    >
      {isBusy && (
        <span className="size-4 animate-spin rounded-full border-2 border-current border-t-transparent" />
      )}
      {children}
    </BaseButton>
  ),
);
