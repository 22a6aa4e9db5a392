/** Numbers from 0 up to 1, the same at every run. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const cities = ['Basel', 'Graz', 'Lyon', 'Turin', 'Ulm'];
const worth = [-1.2, -0.6, 0, 0.7, 1.3];
const LABELS = ['label-of-no', 'label-of-yes', 'label-of-more'];

/**
 * Who buys in a shop: `visits` and `basket` tell most of it, `city` some, `noise` nothing. Some baskets are missing, the
 * rows come in no order, and what the target says follows from the columns but for chance. Of three classes the third
 * are those that buy most.
 */
export function shopTable(rows: number, classes: 2 | 3 = 2): string {
  const next = numbers(7);
  const normal = () => next() + next() + next() + next() + next() + next() - 3;
  const lines = Array.from({ length: rows }, (_, row) => {
    const [visits, basket, noise] = [
      Math.floor(next() * 60),
      Math.round((40 + 14 * normal()) * 100) / 100,
      next(),
    ];
    const city = Math.floor(next() * cities.length);
    const day = new Date(Date.UTC(2024, 0, 1 + Math.floor(next() * 700))).toISOString().slice(0, 10);
    const lean = (visits - 30) / 9 + (basket - 40) / 8 + (worth[city] ?? 0) + normal();
    const label = Number(lean > 0) + Number(classes === 3 && lean > 2);
    const cells = [visits, next() < 0.06 ? '' : basket, noise.toFixed(4), cities[city], day, LABELS[label]];
    return `key-${row * 17}-x,${cells.join(',')}`;
  });
  return `key,visits,basket,noise,city,day,bought\n${lines.join('\n')}\n`;
}
