import { Collapsible } from '@base-ui/react/collapsible';
import { NumberField } from '@base-ui/react/number-field';
import { useState } from 'react';
import { useMutation } from 'urql';
import { type Refusal, refusalOf } from '../../app/refusal.ts';
import {
  type CatalogQuery,
  StartTrainingDocument,
  type WizardExperimentFragment,
} from '../../gql/graphql.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Cards, Select } from '../../ui/choice.tsx';
import { controlClass, Field } from '../../ui/field.tsx';
import { duration } from '../../ui/format.ts';
import { Fault } from '../../ui/states.tsx';
import { Tick } from '../../ui/toggle.tsx';
import { useChange } from '../wizard/use-experiment.ts';
import { budgets, LONGEST_BUDGET_SECONDS, readSettings, type TrainingSettings } from './settings.ts';
import { TuningSettings } from './tuning-settings.tsx';

/** The settings of a training; they are kept on the server when it starts. */
export function TrainingForm(props: {
  experiment: WizardExperimentFragment;
  catalog: CatalogQuery['catalog'];
}) {
  const { experiment, catalog } = props;
  const { taskType } = experiment;
  const fits = ({ tasks }: { tasks: readonly string[] }) => taskType === null || tasks.includes(taskType);
  const algorithms = catalog.algorithms.filter((each) => fits(each) && each.key !== 'ensemble');
  const metrics = catalog.metrics.filter(fits);
  const [settings, setSettings] = useState(() => readSettings(experiment.settings));
  const [metric, setMetric] = useState(experiment.metric);
  const { change, fault, isChanging } = useChange(experiment);
  const [{ fetching }, start] = useMutation(StartTrainingDocument);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const set = (part: Partial<TrainingSettings>) => setSettings({ ...settings, ...part });

  async function begin(): Promise<void> {
    const isKept = await change({ settings, ...(metric ? { metric } : {}), stage: 'TRAINING' });
    if (!isKept) return;
    const { data, error } = await start({ input: { experimentId: experiment.id } });
    const result = data?.startTraining;
    if (result?.__typename === 'StartTrainingSuccess') return setRefusal(null);
    setRefusal(refusalOf(result, error));
  }

  const trouble = fault ?? refusal;
  return (
    <Card
      title={experiment.status === 'DRAFT' ? 'Training' : 'Train again'}
      description={`Predicts “${experiment.target}” with ${settings.folds === null ? '' : `${settings.folds}-fold `}cross-validation; every model is scored on rows that it has not seen.`}
    >
      <div className="grid gap-6">
        {trouble && <Fault title="The training did not start" {...trouble} />}
        <BudgetField seconds={settings.budgetSeconds} onChange={(budgetSeconds) => set({ budgetSeconds })} />
        <Field
          label="Rank by"
          description="What the leaderboard is ordered by. The usual one for the task is chosen where you choose none."
        >
          <Select
            label="Rank by"
            value={metric}
            placeholder="As usual for the task"
            options={metrics.map(({ key, label, greaterIsBetter }) => ({
              ...{ value: key, label, detail: greaterIsBetter ? 'more is better' : 'less is better' },
            }))}
            onChange={setMetric}
          />
        </Field>
        <AlgorithmChoice
          algorithms={algorithms}
          chosen={settings.algorithms}
          onChange={(keys) => set({ algorithms: keys })}
        />
        <More settings={settings} algorithms={algorithms} set={set} />
        <div>
          <Button kind="primary" onClick={begin} isBusy={fetching || isChanging}>
            Start training
          </Button>
        </div>
      </div>
    </Card>
  );
}

function BudgetField({ seconds, onChange }: { seconds: number; onChange: (seconds: number) => void }) {
  return (
    <Field
      label="Time"
      description={`The clock stops at ${duration(seconds)}; a model is there from the first minute on.`}
    >
      <Cards
        label="Time"
        value={budgets.some((budget) => budget.seconds === seconds) ? seconds : null}
        options={budgets.map(({ seconds: value, name: label, detail }) => ({ value, label, detail }))}
        onChange={onChange}
      />
      <NumberField.Root
        value={seconds}
        min={1}
        max={LONGEST_BUDGET_SECONDS}
        onValueChange={(value) => value !== null && onChange(value)}
        className="flex items-center gap-2"
      >
        <NumberField.Input aria-label="Seconds" className={`${controlClass} max-w-32`} />
        <span className="text-footnote text-label-2">seconds</span>
      </NumberField.Root>
    </Field>
  );
}

function AlgorithmChoice(props: {
  algorithms: readonly { key: string; label: string }[];
  chosen: string[];
  onChange: (keys: string[]) => void;
}) {
  const { algorithms, chosen, onChange } = props;
  const isChosen = (key: string) => chosen.length === 0 || chosen.includes(key);
  const toggle = (key: string) => {
    const keys = algorithms
      .map((each) => each.key)
      .filter((each) => (each === key ? !isChosen(each) : isChosen(each)));
    onChange(keys.length === algorithms.length ? [] : keys);
  };
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1.5 text-footnote font-medium">Algorithms</legend>
      <div className="grid grid-cols-[repeat(auto-fill,minmax(11rem,1fr))] gap-1">
        {algorithms.map(({ key, label }) => (
          <Tick key={key} isOn={isChosen(key)} onChange={() => toggle(key)}>
            {label}
          </Tick>
        ))}
      </div>
      <p className="text-caption text-label-2">The best of them are joined into an ensemble at the end.</p>
    </fieldset>
  );
}

function More(props: {
  settings: TrainingSettings;
  algorithms: CatalogQuery['catalog']['algorithms'];
  set: (part: Partial<TrainingSettings>) => void;
}) {
  const { settings, algorithms, set } = props;
  const { maxTrials, folds, seed } = settings;
  return (
    <Collapsible.Root>
      <Collapsible.Trigger className={buttonClass('plain')}>More settings</Collapsible.Trigger>
      <Collapsible.Panel className="mt-3 grid gap-6">
        <div className="grid gap-4 sm:grid-cols-3">
          <Whole
            label="Folds"
            value={folds}
            min={2}
            max={20}
            onChange={(value) => set({ folds: value })}
            description="Splits of the cross-validation; empty: by the number of rows"
          />
          <Whole
            label="Most trials"
            value={maxTrials}
            min={1}
            max={10_000}
            onChange={(value) => set({ maxTrials: value })}
            description="Empty: as many as the time allows"
          />
          <Whole
            label="Seed"
            value={seed}
            min={0}
            max={2_147_483_647}
            onChange={(value) => set({ seed: value ?? 0 })}
            description="The same seed gives the same folds"
          />
        </div>
        <TuningSettings settings={settings} algorithms={algorithms} set={set} />
      </Collapsible.Panel>
    </Collapsible.Root>
  );
}

function Whole(props: {
  label: string;
  description: string;
  value: number | null;
  min: number;
  max: number;
  onChange: (value: number | null) => void;
}) {
  const { label, description, value, min, max, onChange } = props;
  return (
    <Field label={label} description={description}>
      <NumberField.Root value={value} min={min} max={max} onValueChange={(next) => onChange(next)}>
        <NumberField.Input aria-label={label} className={controlClass} />
      </NumberField.Root>
    </Field>
  );
}
