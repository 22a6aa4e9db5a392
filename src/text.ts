import { ValidationError } from './errors.ts';

/** @throws ValidationError TEXT_INVALID for text, however deep in a value, that PostgreSQL cannot hold, with its path. */
export function checkText(value: unknown, path: string[]): void {
  if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())) {
    throw new ValidationError('TEXT_INVALID', 'Leave out NUL characters and halves of surrogate pairs.', {
      path,
    });
  }
  if (!value || typeof value !== 'object' || 'arrayBuffer' in value) return;
  for (const [name, part] of Object.entries(value)) checkText(part, [...path, name]);
}
