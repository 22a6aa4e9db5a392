import { useState } from 'react';
import { Badge } from '../../ui/badge.tsx';
import { controlClass } from '../../ui/field.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { Empty } from '../../ui/states.tsx';
import { groupNames, type StepKind } from './catalogue.ts';

/** Every step that there is, to be found by what it does. */
export function StepCatalogue(props: {
  kinds: ReadonlyMap<string, StepKind>;
  onClose: () => void;
  onChoose: (kind: StepKind) => void;
}) {
  const { kinds, onClose, onChoose } = props;
  const [search, setSearch] = useState('');
  const words = search.trim().toLowerCase();
  const found = [...kinds.values()].filter(({ label, description, key }) =>
    [label, description, key].some((text) => text.toLowerCase().includes(words)),
  );
  return (
    <Sheet title="Add a step" description="It comes last; drag it where it belongs." isOpen onClose={onClose}>
      <div className="grid gap-5">
        <input
          type="search"
          aria-label="Find a step"
          placeholder="Find a step"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className={controlClass}
        />
        {found.length === 0 && <Empty title="No step is like that">Try another word.</Empty>}
        {groupNames.map((group) => {
          const members = found.filter((kind) => kind.group === group);
          return (
            members.length > 0 && (
              <section key={group} aria-label={group} className="grid gap-1">
                <h3 className="text-footnote font-semibold text-label-2">{group}</h3>
                <ul className="-mx-2 grid">
                  {members.map((kind) => (
                    <li key={kind.key}>
                      <button
                        type="button"
                        onClick={() => onChoose(kind)}
                        className="grid min-h-11 w-full gap-0.5 rounded-control px-2 py-2 text-left hover:bg-fill"
                      >
                        <span className="flex flex-wrap items-center gap-2 font-medium">
                          {kind.label}
                          {kind.usesTarget && kind.group !== 'Your own' && (
                            <Badge tone="accent">Learns from the target</Badge>
                          )}
                        </span>
                        <span className="text-footnote text-label-2">{kind.description}</span>
                      </button>
                    </li>
                  ))}
                </ul>
              </section>
            )
          );
        })}
      </div>
    </Sheet>
  );
}
