import { QuotaError, ValidationError } from '#errors.ts';

const MAX_NAME_LENGTH = 255;
const KNOWN_ENDING = /\.(csv|tsv|txt|jsonl|ndjson|json|parquet)?(\.gz|\.zip)?$/i;

/** A file as its sender announces it. */
export type AnnouncedFile = { fileName: string; byteSize: number; name?: string | null | undefined };

/** What a dataset is called that was given no name. */
export const nameOf = ({ name, fileName }: AnnouncedFile): string =>
  name?.trim() || fileName.replace(KNOWN_ENDING, '') || fileName;

/** @throws ValidationError, QuotaError with the place of the fault. */
export function checkFile(file: AnnouncedFile, maxBytes: number): void {
  if ((file.name?.length ?? 0) > MAX_NAME_LENGTH) {
    throw new ValidationError('NAME_INVALID', `Use 1 to ${MAX_NAME_LENGTH} characters.`, {
      path: ['input', 'name'],
    });
  }
  if (file.fileName.trim().length === 0 || file.fileName.length > MAX_NAME_LENGTH) {
    throw new ValidationError('FILE_NAME_INVALID', `Use 1 to ${MAX_NAME_LENGTH} characters.`, {
      path: ['input', 'fileName'],
    });
  }
  if (!Number.isSafeInteger(file.byteSize) || file.byteSize < 0) {
    throw new ValidationError('BYTE_SIZE_INVALID', 'The size is a number of bytes.', {
      path: ['input', 'byteSize'],
    });
  }
  if (file.byteSize > maxBytes) {
    throw new QuotaError(
      'UPLOAD_TOO_LARGE',
      `At most ${maxBytes} bytes are taken here; the file has ${file.byteSize}.`,
      { path: ['input', 'byteSize'] },
    );
  }
}

/** The claim in its one spelling. @throws ValidationError SHA256_INVALID. */
export function checkedSha256(claim: string | null | undefined): string | null {
  if (claim === null || claim === undefined) return null;
  if (/^[0-9a-f]{64}$/i.test(claim)) return claim.toLowerCase();
  throw new ValidationError('SHA256_INVALID', 'Send 64 hexadecimal digits.', { path: ['input', 'sha256'] });
}
