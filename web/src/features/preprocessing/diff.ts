export type DiffLine = { kind: 'SAME' | 'REMOVED' | 'ADDED'; text: string };

/** Beyond this many comparisons, what differs is shown as replaced. */
const MOST_COMPARISONS = 4_000_000;

/** What has to be removed and added, line by line, to get from one text to another. */
export function diffLines(before: string, after: string): DiffLine[] {
  const old = before.split('\n');
  const fresh = after.split('\n');
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head += 1;
  let tail = 0;
  const most = Math.min(old.length, fresh.length) - head;
  while (tail < most && old.at(-1 - tail) === fresh.at(-1 - tail)) tail += 1;
  const lines = (kind: DiffLine['kind'], texts: readonly string[]) => texts.map((text) => ({ kind, text }));
  return [
    ...lines('SAME', old.slice(0, head)),
    ...between(old.slice(head, old.length - tail), fresh.slice(head, fresh.length - tail)),
    ...lines('SAME', old.slice(old.length - tail)),
  ];
}

/** By the longest common subsequence. */
function between(old: readonly string[], fresh: readonly string[]): DiffLine[] {
  const width = fresh.length + 1;
  const isTooMuch = old.length * fresh.length > MOST_COMPARISONS;
  // lengths[i * width + j]: of the longest common subsequence of old[i..] and fresh[j..]
  const lengths = new Uint16Array(isTooMuch ? 0 : (old.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  if (!isTooMuch)
    for (let i = old.length - 1; i >= 0; i -= 1)
      for (let j = fresh.length - 1; j >= 0; j -= 1)
        lengths[i * width + j] =
          old[i] === fresh[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const result: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < fresh.length) {
    if (i < old.length && j < fresh.length && old[i] === fresh[j]) {
      result.push({ kind: 'SAME', text: old[i] ?? '' });
      i += 1;
      j += 1;
    } else if (i < old.length && (j === fresh.length || at(i + 1, j) >= at(i, j + 1))) {
      result.push({ kind: 'REMOVED', text: old[i] ?? '' });
      i += 1;
    } else {
      result.push({ kind: 'ADDED', text: fresh[j] ?? '' });
      j += 1;
    }
  }
  return result;
}
