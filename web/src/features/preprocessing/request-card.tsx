import { type ReactNode, useState } from 'react';
import type { CodeGenerator, PreparationSettingQuery, PreprocessingStrategy } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Cards, type Option } from '../../ui/choice.tsx';
import { controlClass, Field } from '../../ui/field.tsx';
import { money } from './cost.tsx';
import type { Preparation } from './use-preparation.ts';

const strategies: Option<PreprocessingStrategy>[] = [
  { value: 'MINIMAL', label: 'Minimal', detail: 'Only what no algorithm can do without' },
  { value: 'BALANCED', label: 'Balanced', detail: 'Repairs what the analysis found' },
  { value: 'THOROUGH', label: 'Thorough', detail: 'Adds features as well' },
  { value: 'CUSTOM', label: 'Custom', detail: 'As you want it' },
];

export type Wish = { strategy: PreprocessingStrategy; generator: CodeGenerator; instructions: string | null };

/** How much to do, and who is to write it. */
export function RequestCard(props: {
  preparation: Preparation | null;
  languageModel: PreparationSettingQuery['serverInfo']['languageModel'];
  isBusy: boolean;
  isLocked: boolean;
  /** Edits by hand that another plan would replace. */
  hasEdits: boolean;
  onWrite: (wish: Wish) => void;
  action: ReactNode;
  children: ReactNode;
}) {
  const { preparation, languageModel, isBusy, isLocked, hasEdits, onWrite, action, children } = props;
  const [strategy, setStrategy] = useState<PreprocessingStrategy>(preparation?.strategy ?? 'BALANCED');
  const [generator, setGenerator] = useState<CodeGenerator>(
    languageModel ? (preparation?.generator ?? 'RULES') : 'RULES',
  );
  const [instructions, setInstructions] = useState(preparation?.instructions ?? '');
  const [isAsking, setAsking] = useState(false);
  const isClaude = generator === 'CLAUDE';
  function write(): void {
    setAsking(false);
    onWrite({
      strategy,
      generator,
      instructions: isClaude && instructions.trim() ? instructions.trim() : null,
    });
  }
  return (
    <Card
      title="How much preparation?"
      description="Every step is written for this table from its analysis. Without any, the models get the typed columns as they are."
      action={action}
    >
      <div className="grid grid-cols-1 gap-4">
        <Cards label="Strategy" value={strategy} options={strategies} onChange={setStrategy} />
        {languageModel && (
          <Field
            label="Written by"
            description={
              isClaude
                ? toldTo(languageModel)
                : 'Rules on what the analysis found: at once, and nothing leaves this server.'
            }
          >
            <Cards
              label="Written by"
              value={generator}
              options={[
                { value: 'RULES', label: 'Rules', detail: 'free, in a second or two' },
                {
                  ...{ value: 'CLAUDE', label: 'Claude' },
                  detail: `${languageModel.name}, at most ${money(languageModel.usdPerJob)} a plan`,
                },
              ]}
              onChange={setGenerator}
            />
          </Field>
        )}
        {isClaude && (
          <Field
            label="Instructions"
            description="In your words: what the columns mean, what matters, what to leave alone."
          >
            <textarea
              aria-label="Instructions"
              value={instructions}
              rows={3}
              maxLength={4_000}
              onChange={(event) => setInstructions(event.target.value)}
              className={`${controlClass} py-2`}
            />
          </Field>
        )}
        {children}
        {isAsking ? (
          <div role="alert" className="flex flex-wrap items-center gap-2 rounded-control bg-caution-soft p-3">
            <p className="min-w-0 flex-1 basis-48">
              Another plan takes the place of this one, and of what you have changed in it.
            </p>
            <Button onClick={() => setAsking(false)}>Keep it</Button>
            <Button kind="destructive" onClick={write}>
              Replace it
            </Button>
          </div>
        ) : (
          <div>
            <Button
              kind={preparation ? 'secondary' : 'primary'}
              onClick={hasEdits ? () => setAsking(true) : write}
              isBusy={isBusy}
              disabled={isLocked}
            >
              {preparation ? 'Write again' : 'Write the steps'}
            </Button>
          </div>
        )}
      </div>
    </Card>
  );
}

function toldTo({
  sendsValues,
  usdPerDay,
}: NonNullable<PreparationSettingQuery['serverInfo']['languageModel']>): string {
  const told = sendsValues
    ? 'It is told names, figures and frequent values, of columns with personal data none'
    : 'It is told names and figures, no values';
  return `${told}. At most ${money(usdPerDay)} a day; what does not pass the checks is not used.`;
}
