/** A table of text cells, in the order of the file. */
export type TextTable = { header: string[]; rows: string[][] };

/** Reads a CSV as RFC 4180 has it: on purpose not the reader of the product. */
export function parseCsv(text: string): TextTable {
  const records: string[][] = [[]];
  const cell = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/y;
  while (cell.lastIndex < text.length) {
    const [, value = '', end = ''] = cell.exec(text) ?? [];
    records.at(-1)?.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end !== ',' && cell.lastIndex < text.length) records.push([]);
  }
  const [header = [], ...rows] = records;
  return { header, rows };
}

export function printCsv({ header, rows }: TextTable): string {
  const quoted = (value: string) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  return [header, ...rows].map((cells) => `${cells.map(quoted).join(',')}\n`).join('');
}

/** The values of a column, empty ones left out. */
export function column({ header, rows }: TextTable, name: string): string[] {
  const position = header.indexOf(name);
  return rows.map((cells) => cells[position] ?? '').filter((value) => value !== '');
}

/** What can be scored without looking at any feature. */
export function baselines(target: readonly string[]) {
  const counts = [
    ...target.reduce(
      (found, value) => found.set(value, (found.get(value) ?? 0) + 1),
      new Map<string, number>(),
    ),
  ].map(([, count]) => count / target.length);
  const numbers = target.map(Number);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  return {
    /** Always the most frequent class. */
    accuracy: Math.max(...counts),
    /** Always the frequencies of the classes. */
    log_loss: -counts.reduce((sum, share) => sum + share * Math.log(share), 0),
    /** Any order. */
    roc_auc: 0.5,
    /** Always the mean. */
    rmse: Math.sqrt(numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length),
  };
}

/** Numbers from 0 to 1, the same at every run: Lehmer's generator. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** The table with the values of one column dealt out anew (Fisher and Yates). */
export function withPermuted(table: TextTable, name: string, seed: number): TextTable {
  const position = table.header.indexOf(name);
  const values = table.rows.map((cells) => cells[position] ?? '');
  const random = randomNumbers(seed);
  for (let last = values.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [values[last], values[other]] = [values[other] ?? '', values[last] ?? ''];
  }
  const rows = table.rows.map((cells, row) => cells.with(position, values[row] ?? ''));
  return { header: table.header, rows };
}
