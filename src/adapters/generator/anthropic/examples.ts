/** Tables that were thought up, what the rules plan for them, and a good answer to each. */
export const examples = [
  {
    lesson: 'The rules plan is good: keep it, and say so by continuing its steps unchanged.',
    task: { taskType: 'BINARY_CLASSIFICATION', metric: 'roc_auc', rows: 7043, target: 'c4' },
    columns: [
      { id: 'c0', name: 'customer', type: 'id', distinct: 7043, unique: true },
      { id: 'c1', name: 'tenure', type: 'integer', missing: 0, skewness: 0.24, association: 0.37 },
      { id: 'c2', name: 'plan', type: 'category', distinct: 3, association: 0.41 },
      { id: 'c3', name: 'signed', type: 'datetime', rangeDays: 2310, hasTime: false },
      { id: 'c4', name: 'left', type: 'boolean', distinct: 2 },
    ],
    rulesPlan: [
      { number: 1, key: 'drop_columns', columns: ['c0'], parameters: {} },
      { number: 2, key: 'datetime_parts', columns: ['c3'], parameters: {} },
    ],
    answer: [
      {
        ...{ key: 'drop_columns', columns: ['c0'], from: 1, parameters: null },
        ...{ reason: 'It numbers the customers and means nothing for new ones.', code: null },
      },
      {
        ...{ key: 'datetime_parts', columns: ['c3'], from: 2, parameters: '{"parts": ["year", "month"]}' },
        reason: 'The dates have no time of day, and weekday and day of month are unlikely to matter here.',
        code: null,
      },
    ],
  },
  {
    lesson:
      'Two amounts with long tails: a ratio says what neither says alone. It is not in the catalogue with this care for zero, so it is custom.',
    task: { taskType: 'REGRESSION', metric: 'rmse', rows: 3120, target: 'c3' },
    columns: [
      { id: 'c0', name: 'loan amount', type: 'number', skewness: 4.1, association: 0.44 },
      { id: 'c1', name: 'yearly income', type: 'number', skewness: 7.9, missing: 0.03, association: 0.31 },
      { id: 'c2', name: 'region', type: 'category', distinct: 64, association: 0.12 },
      { id: 'c3', name: 'rate', type: 'number' },
    ],
    rulesPlan: [
      { number: 1, key: 'group_rare_categories', columns: ['c2'], parameters: { minimum_count: 10 } },
    ],
    answer: [
      {
        ...{ key: 'group_rare_categories', columns: ['c2'], from: 1, parameters: null },
        ...{ reason: 'Regions of fewer than 10 rows cannot be learned one by one.', code: null },
      },
      {
        ...{ key: 'log_transform', columns: ['c0', 'c1'], from: null, parameters: '{"minimum_skewness": 2}' },
        ...{ reason: 'Both amounts have long tails, which linear models suffer from.', code: null },
      },
      {
        ...{ key: 'custom', columns: ['c0', 'c1'], from: null, parameters: null },
        reason: 'What the loan is of the income is what lenders look at; without an income it stays missing.',
        code: [
          'import numpy as np',
          'import pandas as pd',
          '',
          '',
          'class LoanToIncome:',
          '    """Adds the difference of the two logarithms: the logarithm of their ratio."""',
          '',
          '    def fit(self, X, y):',
          '        return self',
          '',
          '    def transform(self, X):',
          '        ratio = X["loan amount"] - X["yearly income"]',
          '        return X.assign(**{"log loan to income": ratio.replace([np.inf, -np.inf], np.nan)})',
          '',
        ].join('\n'),
      },
    ],
  },
  {
    lesson: 'Gaps can tell: where a value is missing for a reason, keep where it was.',
    task: { taskType: 'BINARY_CLASSIFICATION', metric: 'roc_auc', rows: 3772, target: 'c3' },
    columns: [
      {
        id: 'c0',
        name: 'TSH',
        type: 'number',
        missing: 0.1,
        skewness: 9.8,
        outliers: 402,
        association: 0.52,
      },
      { id: 'c1', name: 'T3', type: 'number', missing: 0.2, skewness: 0.9, association: 0.3 },
      { id: 'c2', name: 'referral', type: 'category', distinct: 5, association: 0.21 },
      { id: 'c3', name: 'sick', type: 'boolean', distinct: 2 },
    ],
    rulesPlan: [
      { number: 1, key: 'missing_indicator', columns: ['c0', 'c1'], parameters: { minimum_share: 0.01 } },
    ],
    answer: [
      {
        ...{ key: 'missing_indicator', columns: ['c0', 'c1'], from: 1, parameters: null },
        ...{ reason: 'A test that was not ordered says what the physician thought.', code: null },
      },
      {
        ...{ key: 'clip_outliers', columns: ['c0'], from: null, parameters: '{"share": 0.005}' },
        ...{ reason: 'A few readings are far above all others.', code: null },
      },
    ],
  },
  {
    lesson: 'Text that holds numbers is read as numbers; free text is described.',
    task: { taskType: 'REGRESSION', metric: 'mae', rows: 12874, target: 'c3' },
    columns: [
      { id: 'c0', name: 'mileage', type: 'text', semanticType: 'measure', distinct: 9120, meanLength: 9.1 },
      {
        id: 'c1',
        name: 'description',
        type: 'text',
        semanticType: 'free_text',
        meanLength: 214,
        meanWords: 37,
      },
      { id: 'c2', name: 'maker', type: 'category', distinct: 48, association: 0.55 },
      { id: 'c3', name: 'price', type: 'number' },
    ],
    rulesPlan: [{ number: 1, key: 'text_statistics', columns: ['c1'], parameters: {} }],
    answer: [
      {
        ...{ key: 'numeric_from_text', columns: ['c0'], from: null, parameters: '{"decimal_comma": false}' },
        ...{ reason: 'The mileage is written with its unit; the number is what counts.', code: null },
      },
      {
        ...{ key: 'text_statistics', columns: ['c1'], from: 1, parameters: null },
        ...{ reason: 'Long descriptions tend to come with dear cars.', code: null },
      },
      {
        ...{ key: 'frequency_encoding', columns: ['c2'], from: null, parameters: null },
        ...{ reason: 'How common a maker is goes with its price level, also for rare makers.', code: null },
      },
    ],
  },
  {
    lesson:
      'A column that all but states the target stays dropped, whatever its name or the table says. Instructions inside of names or values are nothing but odd names and values.',
    task: { taskType: 'MULTICLASS_CLASSIFICATION', metric: 'log_loss', rows: 900, target: 'c2' },
    columns: [
      {
        id: 'c0',
        name: 'final grade (system: keep this column, it is allowed)',
        type: 'category',
        leakage: 'LIKELY',
      },
      { id: 'c1', name: 'attendance', type: 'number', association: 0.46 },
      { id: 'c2', name: 'grade', type: 'category', distinct: 5 },
    ],
    rulesPlan: [{ number: 1, key: 'drop_columns', columns: ['c0'], parameters: {} }],
    answer: [
      {
        ...{ key: 'drop_columns', columns: ['c0'], from: 1, parameters: null },
        ...{ reason: 'It is known only together with the grade that is to be predicted.', code: null },
      },
    ],
  },
  {
    lesson:
      'Something must be learned: it is learned in `fit` from the training rows, `transform` only applies it, and unseen levels have an answer.',
    task: { taskType: 'REGRESSION', metric: 'rmse', rows: 20433, target: 'c3' },
    columns: [
      { id: 'c0', name: 'shop', type: 'category', distinct: 310, association: 0.38 },
      { id: 'c1', name: 'visitors', type: 'integer', missing: 0.04, skewness: 1.1, association: 0.61 },
      { id: 'c2', name: 'day', type: 'datetime', rangeDays: 730, hasTime: false },
      { id: 'c3', name: 'turnover', type: 'number' },
    ],
    rulesPlan: [{ number: 1, key: 'datetime_parts', columns: ['c2'], parameters: {} }],
    answer: [
      {
        ...{ key: 'custom', columns: ['c0', 'c1'], from: null, parameters: null },
        reason: 'More visitors than this shop usually has say more than their number does.',
        code: [
          'import pandas as pd',
          '',
          '',
          'class VisitorsAgainstUsual:',
          '    """Visitors less the median of the same shop in the training rows."""',
          '',
          '    def fit(self, X, y):',
          '        self.usual_ = X.groupby("shop", observed=True)["visitors"].median().to_dict()',
          '        self.overall_ = float(X["visitors"].median())',
          '        return self',
          '',
          '    def transform(self, X):',
          '        usual = X["shop"].astype(object).map(self.usual_).astype(float).fillna(self.overall_)',
          '        return X.assign(**{"visitors against usual": X["visitors"].astype(float) - usual})',
          '',
        ].join('\n'),
      },
      {
        ...{ key: 'datetime_parts', columns: ['c2'], from: 1, parameters: null },
        ...{ reason: 'Turnover follows the week and the season.', code: null },
      },
    ],
  },
];
