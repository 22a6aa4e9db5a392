/** A score with as many digits as say something. */
export function formatScore(score: number): string {
  const size = Math.abs(score);
  if (size === 0) return '0';
  if (size >= 100_000 || size < 0.0001) return score.toExponential(3);
  if (size >= 1_000) return score.toFixed(1);
  return score.toFixed(size >= 10 ? 3 : 4);
}

export function formatInterval(interval: readonly number[] | null): string {
  const [low, high] = interval ?? [];
  if (low === undefined || high === undefined) return '';
  return `${formatScore(low)} – ${formatScore(high)}`;
}

export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  while (size >= 1_000 && unit < units.length - 1) {
    size /= 1_000;
    unit++;
  }
  return `${unit === 0 ? size : size.toFixed(size < 10 ? 1 : 0)} ${units[unit]}`;
}

export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

/** A bar of so many columns, filled by a fraction of 1. */
export function formatBar(fraction: number, columns: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * columns);
  return '━'.repeat(filled) + '─'.repeat(columns - filled);
}

const mostDots = 10;

/** ●●●○○ for three folds of five; figures where that would be too many dots. */
export function formatFolds(done: number, count: number): string {
  if (count > mostDots) return `${done}/${count}`;
  return '●'.repeat(Math.min(done, count)) + '○'.repeat(Math.max(0, count - done));
}
