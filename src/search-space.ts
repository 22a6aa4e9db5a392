import { z } from 'zod';
import { catalog } from './catalog.ts';
import { SearchSpace } from './contract/runner.ts';
import { ValidationError } from './errors.ts';

type Space = (typeof catalog.algorithms)[number]['searchSpace'];
type Wish = SearchSpace[string];

const spaceOf = (algorithm: string): Space =>
  catalog.algorithms.find(({ key }) => key === algorithm)?.searchSpace ?? {};

/** Whether there is anything to tune. */
export const isTunable = (algorithm: string): boolean => Object.keys(spaceOf(algorithm)).length > 0;

const invalid = (message: string, path: string[]) =>
  new ValidationError('SEARCH_SPACE_INVALID', message, { path });

/** Wishes of a client in their shape. @throws ValidationError SEARCH_SPACE_INVALID with the path of the fault. */
export function readSearchSpace(algorithm: string, given: unknown, path: string[]): SearchSpace {
  const result = SearchSpace.safeParse(given);
  if (!result.success) {
    const at = result.error.issues[0]?.path.map(String) ?? [];
    throw invalid(z.prettifyError(result.error), [...path, ...at]);
  }
  checkSearchSpace(algorithm, result.data, path);
  return result.data;
}

/**
 * Holds wishes against the catalogue, by the runner's own rules.
 * @throws ValidationError SEARCH_SPACE_INVALID with the path of the fault.
 */
export function checkSearchSpace(algorithm: string, wishes: SearchSpace, path: string[]): void {
  const space = spaceOf(algorithm);
  for (const [name, wish] of Object.entries(wishes)) {
    const dimension = space[name];
    if (!dimension) {
      const known = Object.keys(space).join(', ') || 'nothing';
      throw invalid(`“${algorithm}” has no dimension “${name}”; it has: ${known}.`, [...path, name]);
    }
    if (dimension.kind === 'CHOICE') checkChoices(dimension.choices, wish, [...path, name]);
    else checkBounds(dimension, wish, [...path, name]);
  }
}

function checkChoices(known: readonly unknown[], wish: Wish, path: string[]): void {
  const isWrong = (choice: unknown) => !known.includes(choice);
  if (wish.low === undefined && wish.high === undefined && wish.choices && !wish.choices.some(isWrong))
    return;
  const told = known.map((choice) => JSON.stringify(choice)).join(', ');
  throw invalid(`Give \`choices\` out of ${told}.`, path);
}

function checkBounds(
  dimension: Exclude<Space[string], { kind: 'CHOICE' }>,
  wish: Wish,
  path: string[],
): void {
  if (wish.choices) throw invalid('Give `low` and `high` in place of `choices`.', [...path, 'choices']);
  const [least, most] = dimension.limits;
  const { low = dimension.low, high = dimension.high } = wish;
  for (const [name, value] of Object.entries({ low, high })) {
    if (value < least || value > most)
      throw invalid(`Give a number from ${least} to ${most}.`, [...path, name]);
    if (dimension.kind === 'INTEGER' && !Number.isInteger(value))
      throw invalid('Give a whole number.', [...path, name]);
  }
  if (low > high) throw invalid(`\`low\` (${low}) is above \`high\` (${high}).`, path);
}
