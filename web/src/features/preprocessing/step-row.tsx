import { Menu } from '@base-ui/react/menu';
import type { HTMLAttributes } from 'react';
import type { PlanStepFragment } from '../../gql/graphql.ts';
import { buttonClass } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import type { StepKind } from './catalogue.ts';
import type { DraftStep } from './draft.ts';
import { EffectPicture, effectText, verdictOf } from './effect-picture.tsx';

const tones = { good: 'text-good', bad: 'text-bad', neutral: 'text-label-2' };
const SHOWN_COLUMNS = 4;

/** A step in its place: what it does to which columns, why, and what it is worth. */
export function StepRow(props: {
  step: DraftStep;
  kind: StepKind | undefined;
  index: number;
  count: number;
  effect: PlanStepFragment['effect'] | null;
  /** Of the pictures of all steps. */
  reach: number;
  fault: string | null;
  isLocked: boolean;
  offset: number;
  isDragged: boolean;
  handle: HTMLAttributes<HTMLButtonElement>;
  onEdit: () => void;
  onRemove: () => void;
  onMove: (to: number) => void;
}) {
  const {
    step,
    kind,
    index,
    count,
    effect,
    reach,
    fault,
    isLocked,
    offset,
    isDragged,
    handle,
    onEdit,
    onRemove,
    onMove,
  } = props;
  const label = kind?.label ?? step.key;
  return (
    <li
      style={{ transform: offset === 0 ? undefined : `translateY(${offset}px)` }}
      className={classNames(
        'relative flex items-start gap-1 border-t border-line bg-surface py-3 first:border-t-0 sm:gap-3',
        isDragged
          ? 'z-10 rounded-control border-transparent shadow-sheet'
          : 'transition-transform duration-150',
      )}
    >
      <button
        type="button"
        id={`move ${step.id}`}
        disabled={isLocked}
        aria-label={`Move step ${index + 1}, ${label}: drag, or use the arrow keys`}
        className="-my-2.5 grid size-11 shrink-0 cursor-grab touch-none place-items-center rounded-control text-label-3 hover:bg-fill hover:text-label active:cursor-grabbing disabled:cursor-default disabled:opacity-40"
        {...handle}
      >
        <Grip />
      </button>
      <div className="grid min-w-0 flex-1 gap-1">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium">
            <span className="mr-2 font-normal text-label-3">{index + 1}</span>
            {label}
          </span>
          <span className="min-w-0 text-footnote break-words text-label-2">{columnsOf(step)}</span>
        </p>
        {step.reason && <p className="text-footnote text-label-2">{step.reason}</p>}
        <Settings step={step} kind={kind} />
        {fault && (
          <p role="alert" className="text-footnote text-bad">
            {fault}
          </p>
        )}
        {effect && <Worth effect={effect} reach={reach} />}
      </div>
      <Menu.Root>
        <Menu.Trigger
          disabled={isLocked}
          className={`${buttonClass('plain')} -my-2.5 shrink-0 px-3! md:-my-1.5`}
          aria-label={`Change step ${index + 1}, ${label}`}
        >
          <span aria-hidden="true">•••</span>
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner sideOffset={4} align="end" className="z-30">
            <Menu.Popup className="min-w-44 rounded-card border border-line bg-raised p-1 shadow-sheet outline-none">
              {kind && <Item onClick={onEdit}>Edit</Item>}
              {index > 0 && <Item onClick={() => onMove(index - 1)}>Move up</Item>}
              {index < count - 1 && <Item onClick={() => onMove(index + 1)}>Move down</Item>}
              <Item onClick={onRemove} isDestructive>
                Remove
              </Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </li>
  );
}

function Item(props: { onClick: () => void; isDestructive?: boolean; children: string }) {
  const { onClick, isDestructive = false, children } = props;
  return (
    <Menu.Item
      onClick={onClick}
      className={classNames(
        'flex min-h-11 cursor-default items-center rounded-small px-3 text-body outline-none data-highlighted:bg-accent-soft md:min-h-9',
        isDestructive && 'text-bad',
      )}
    >
      {children}
    </Menu.Item>
  );
}

function columnsOf({ columns }: DraftStep): string {
  const rest = columns.length - SHOWN_COLUMNS;
  return rest > 1 ? `${columns.slice(0, SHOWN_COLUMNS).join(', ')} and ${rest} more` : columns.join(', ');
}

/** Only what differs from the usual. */
function Settings({ step, kind }: { step: DraftStep; kind: StepKind | undefined }) {
  const entries = Object.entries(step.parameters);
  if (entries.length === 0) return null;
  return (
    <p className="text-caption break-words text-label-2">
      {entries
        .map(([name, value]) => {
          const title = kind?.parameters[name]?.title ?? name.replaceAll('_', ' ');
          const shown = Array.isArray(value)
            ? value.join(', ')
            : value === true
              ? 'yes'
              : value === false
                ? 'no'
                : value;
          return `${title}: ${String(shown)}`;
        })
        .join(' · ')}
    </p>
  );
}

/** What the plan is worth with the step and without it. */
function Worth({ effect, reach }: { effect: PlanStepFragment['effect']; reach: number }) {
  const { status, reason, measured } = effect;
  if (!measured)
    return (
      <p className="text-caption text-label-2">
        {status === 'WAITING' ? 'Effect: being measured' : `Effect not measured: ${reason}`}
      </p>
    );
  const { tone, text } = verdictOf(measured);
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1" title={reason}>
      <EffectPicture effect={measured} width={140} reach={reach} />
      <p className="text-caption text-label-2">
        <span className={`font-medium ${tones[tone]}`}>{text}</span> {effectText(measured)}
      </p>
    </div>
  );
}

const Grip = () => (
  <svg width={12} height={18} aria-hidden="true" fill="currentColor">
    {[3, 9, 15].flatMap((y) => [3, 9].map((x) => <circle key={`${x} ${y}`} cx={x} cy={y} r={1.6} />))}
  </svg>
);
