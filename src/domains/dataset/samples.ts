import { readFile } from 'node:fs/promises';

/** Tables in `samples/`, with the target that their README proposes. */
export const samples = [
  { key: 'penguins', name: 'Penguins', fileName: 'penguins.csv', target: 'species' },
  { key: 'telco-churn', name: 'Telco churn', fileName: 'telco_churn.csv', target: 'churn' },
  { key: 'diabetes', name: 'Diabetes progression', fileName: 'diabetes.csv', target: 'progression' },
] as const;

/** Bytes of a sample, or null when there is none with this key. */
export async function openSample(
  key: string,
): Promise<{ name: string; fileName: string; bytes: Buffer } | null> {
  const sample = samples.find((candidate) => candidate.key === key);
  if (!sample) return null;
  const bytes = await readFile(new URL(`../../../samples/${sample.fileName}`, import.meta.url));
  return { name: sample.name, fileName: sample.fileName, bytes };
}
