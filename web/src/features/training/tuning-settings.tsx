import { useState } from 'react';
import type { TuningStrategy } from '../../gql/graphql.ts';
import { Select } from '../../ui/choice.tsx';
import { Field } from '../../ui/field.tsx';
import { dimensionsOf, strategies } from './search-space.ts';
import { SearchSpaceEditor } from './search-space-editor.tsx';
import type { TrainingSettings } from './settings.ts';

const options: { value: TuningStrategy; label: string; detail: string }[] = [
  ...strategies,
  { value: 'NONE', label: 'None', detail: 'one trial each' },
];

/** How parameters are sought, and between which values. */
export function TuningSettings(props: {
  settings: TrainingSettings;
  algorithms: readonly { key: string; label: string; details: unknown }[];
  set: (part: Partial<TrainingSettings>) => void;
}) {
  const { settings, algorithms, set } = props;
  const { tuning, searchSpace, algorithms: chosen } = settings;
  const [wish, setWish] = useState<string | null>(null);
  const tunable = algorithms.filter(
    (each) =>
      (chosen.length === 0 || chosen.includes(each.key)) && Object.keys(dimensionsOf(each)).length > 0,
  );
  const shown = tunable.find(({ key }) => key === wish) ?? tunable[0];
  const changed = tunable.filter(({ key }) => Object.keys(searchSpace[key] ?? {}).length > 0);
  return (
    <div className="grid gap-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field
          label="Tuning"
          description="How further trials are chosen, once every algorithm has had its first one."
        >
          <Select
            label="Tuning"
            value={tuning}
            options={options}
            onChange={(value) => set({ tuning: value })}
          />
        </Field>
        {tuning !== 'NONE' && shown && (
          <Field
            label="Search space of"
            description={
              changed.length === 0
                ? 'As usual everywhere.'
                : `Changed for ${changed.map(({ label }) => label).join(', ')}.`
            }
          >
            <Select
              label="Search space of"
              value={shown.key}
              options={tunable.map(({ key, label }) => ({ value: key, label }))}
              onChange={setWish}
            />
          </Field>
        )}
      </div>
      {tuning !== 'NONE' && shown && (
        <SearchSpaceEditor
          key={shown.key}
          label={shown.label}
          dimensions={dimensionsOf(shown)}
          wishes={searchSpace[shown.key] ?? {}}
          onChange={(wishes) => set({ searchSpace: { ...searchSpace, [shown.key]: wishes } })}
        />
      )}
    </div>
  );
}
