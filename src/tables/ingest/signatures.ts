import { TableError } from '#tables/errors.ts';

/** What is refused by its first bytes, in hexadecimal. */
const refusedSignatures: { bytes: string; code: 'BINARY_FILE' | 'UNSUPPORTED_FORMAT'; what: string }[] = [
  { bytes: '89504e47', code: 'BINARY_FILE', what: 'a PNG picture' },
  { bytes: 'ffd8ff', code: 'BINARY_FILE', what: 'a JPEG picture' },
  { bytes: '47494638', code: 'BINARY_FILE', what: 'a GIF picture' },
  { bytes: '25504446', code: 'BINARY_FILE', what: 'a PDF document' },
  { bytes: '7f454c46', code: 'BINARY_FILE', what: 'a program' },
  { bytes: '4d5a9000', code: 'BINARY_FILE', what: 'a program' },
  { bytes: '53514c69746520666f726d61742033', code: 'BINARY_FILE', what: 'an SQLite database' },
  { bytes: 'd0cf11e0a1b11ae1', code: 'UNSUPPORTED_FORMAT', what: 'an old Excel or Word file' },
  { bytes: '28b52ffd', code: 'UNSUPPORTED_FORMAT', what: 'a Zstandard archive' },
  { bytes: '425a68', code: 'UNSUPPORTED_FORMAT', what: 'a bzip2 archive' },
  { bytes: 'fd377a585a00', code: 'UNSUPPORTED_FORMAT', what: 'an xz archive' },
  { bytes: '377abcaf271c', code: 'UNSUPPORTED_FORMAT', what: 'a 7-Zip archive' },
  { bytes: '526172211a07', code: 'UNSUPPORTED_FORMAT', what: 'a RAR archive' },
  { bytes: '4152524f5731', code: 'UNSUPPORTED_FORMAT', what: 'an Arrow file' },
  { bytes: '4f626a01', code: 'UNSUPPORTED_FORMAT', what: 'an Avro file' },
];

/** Why a file that begins like this is plainly no table; null when it may be one. */
export function refusalBySignature(head: Buffer): TableError | null {
  const hex = head.toString('hex');
  const refused = refusedSignatures.find(({ bytes }) => hex.startsWith(bytes));
  if (!refused) return null;
  return new TableError(
    refused.code,
    `The file is ${refused.what}, not a table. Export the table as CSV (or Parquet) and upload that.`,
  );
}
