/** Loans: a key, an amount with a long tail, gaps, a few categories, a person's address, a date. */
export function loans(rows = 240): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const amount = Math.round(Math.exp(((row * 37) % 100) / 12) * 100) / 100;
    const income = row % 9 === 0 ? '' : 900 + ((row * 53) % 997);
    const region = ['north', 'south', 'east', 'west'][(row * 7) % 4];
    const day = new Date(Date.UTC(2023, 0, 1) + row * 5 * 86_400_000).toISOString().slice(0, 10);
    const repaid = (row * 37) % 100 < 55 ? 'yes' : 'no';
    return [`L${1000 + row}`, amount, income, region, `p${row}@bank.example`, day, repaid].join(',');
  });
  return `${['loan,amount,income,region,email,signed,repaid', ...lines].join('\n')}\n`;
}

/** Steps that suit the loans, as Claude writes them: c1 amount, c2 income, c5 signed. */
export const goodSteps = [
  step('log_transform', ['c1'], { parameters: '{"minimum_skewness": 1}' }),
  step('datetime_parts', ['c5'], { parameters: '{"parts": ["year", "month"]}' }),
  step('missing_indicator', ['c2']),
];

export const ratioCode = `import numpy as np


class AmountToIncome:
    def fit(self, X, y):
        return self

    def transform(self, X):
        return X.assign(ratio=(X["amount"] / X["income"]).replace([np.inf, -np.inf], np.nan))
`;

export function step(key: string, columns: string[], change: Record<string, unknown> = {}) {
  return { key, columns, from: null, parameters: null, reason: 'It helps.', code: null, ...change };
}

export const answerOf = (steps: unknown[]) => JSON.stringify({ steps });
