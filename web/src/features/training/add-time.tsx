import { Menu } from '@base-ui/react/menu';
import { useState } from 'react';
import { useMutation } from 'urql';
import { messageOf } from '../../app/refusal.ts';
import { ExtendBudgetDocument } from '../../gql/graphql.ts';
import { buttonClass } from '../../ui/button.tsx';

const portions = [
  { seconds: 60, name: '1 minute' },
  { seconds: 300, name: '5 minutes' },
  { seconds: 1_800, name: '30 minutes' },
];

/** More time: a training that runs gets it at once, one that has ended goes on from where it stopped. */
export function AddTime({ experimentId }: { experimentId: string }) {
  const [{ fetching }, extend] = useMutation(ExtendBudgetDocument);
  const [fault, setFault] = useState<string | null>(null);
  async function add(seconds: number): Promise<void> {
    const { data, error } = await extend({ input: { experimentId, seconds } });
    const result = data?.extendBudget;
    setFault(result?.__typename === 'ExtendBudgetSuccess' ? null : messageOf(result, error));
  }
  return (
    <div className="text-right">
      <Menu.Root>
        <Menu.Trigger className={buttonClass('secondary')} disabled={fetching}>
          Add time
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner sideOffset={4} align="end" className="z-30">
            <Menu.Popup className="min-w-40 rounded-card border border-line bg-raised p-1 shadow-sheet outline-none">
              {portions.map(({ seconds, name }) => (
                <Menu.Item
                  key={seconds}
                  onClick={() => add(seconds)}
                  className="flex min-h-11 cursor-default items-center rounded-small px-3 text-body outline-none data-highlighted:bg-accent-soft md:min-h-9"
                >
                  {name} more
                </Menu.Item>
              ))}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      {fault && (
        <p role="alert" className="mt-1 max-w-64 text-caption text-bad">
          {fault}
        </p>
      )}
    </div>
  );
}
