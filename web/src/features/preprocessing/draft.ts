import { useState } from 'react';
import type { PlanStepFragment } from '../../gql/graphql.ts';
import type { Preparation } from './use-preparation.ts';

/** A step under the owner's hands. `origin`: its place in the saved plan while it is as it was there. */
export type DraftStep = Pick<PlanStepFragment, 'key' | 'columns' | 'reason' | 'code'> & {
  id: string;
  parameters: Readonly<Record<string, unknown>>;
  origin: number | null;
};

/** Edits that are not saved, and the revision that they were made on. */
export type Draft = { revision: number } & ({ steps: readonly DraftStep[] } | { code: string });

const keyOf = (id: string) => `aliquot.preparation.${id}`;

/** Survives leaving the page and a reload; ends with the window. */
export function useDraft(id: string) {
  const [draft, setDraft] = useState<Draft | null>(() => read(id));
  function change(next: Draft | null): void {
    setDraft(next);
    if (next) sessionStorage.setItem(keyOf(id), JSON.stringify(next));
    else sessionStorage.removeItem(keyOf(id));
  }
  return [draft, change] as const;
}

function read(id: string): Draft | null {
  const text = sessionStorage.getItem(keyOf(id));
  return text === null ? null : (JSON.parse(text) as Draft);
}

/** The saved plan as it comes under the owner's hands. */
export const draftSteps = ({ steps }: Preparation): DraftStep[] =>
  steps.map(({ key, columns, parameters, reason, code }, origin) => ({
    ...{ id: `saved ${origin}`, key, columns, reason, code, origin },
    parameters: parameters as Record<string, unknown>,
  }));

/** As `updatePreprocessing` takes them. */
export const givenSteps = (steps: readonly DraftStep[]): unknown[] =>
  steps.map(({ key, columns, parameters, reason, code }) => ({ key, columns, parameters, reason, code }));

export function moved<Item>(items: readonly Item[], from: number, to: number): Item[] {
  const rest = items.filter((_, index) => index !== from);
  return [...rest.slice(0, to), ...items.slice(from, from + 1), ...rest.slice(to)];
}
