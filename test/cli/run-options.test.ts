import { describe, expect, test } from 'vitest';
import { UsageError } from '#cli/errors.ts';
import { parseRunOptions } from '#cli/run-options.ts';

describe('the options of aliquot run', () => {
  test('have defaults for all but the file and the target', () => {
    expect(parseRunOptions(['table.csv', '--target', 'species'])).toMatchInlineSnapshot(`
      {
        "algorithms": null,
        "budgetSeconds": 60,
        "file": "table.csv",
        "json": false,
        "maxTrials": null,
        "metric": null,
        "predict": null,
        "seed": null,
        "server": null,
        "target": "species",
        "taskType": null,
        "token": null,
      }
    `);
  });

  test('are all understood', () => {
    const args = [
      '--target=a b',
      '--task',
      'binary',
      '--metric',
      'roc_auc',
      '--budget',
      '5',
      '--max-trials',
      '7',
    ];
    const more = ['--seed', '0', '--algorithms', 'linear, lightgbm', '--predict', 't.csv', '--out', 'p.csv'];
    const last = ['--json', '--server', 'http://localhost:4000/graphql', '--token', 'aq_1', 'table.csv'];
    expect(parseRunOptions([...args, ...more, ...last])).toMatchInlineSnapshot(`
      {
        "algorithms": [
          "linear",
          "lightgbm",
        ],
        "budgetSeconds": 5,
        "file": "table.csv",
        "json": true,
        "maxTrials": 7,
        "metric": "roc_auc",
        "predict": {
          "file": "t.csv",
          "out": "p.csv",
        },
        "seed": 0,
        "server": "http://localhost:4000",
        "target": "a b",
        "taskType": "BINARY_CLASSIFICATION",
        "token": "aq_1",
      }
    `);
  });

  test.each(['multiclass', 'MULTICLASS_CLASSIFICATION', 'multiclass_classification'])(
    'take the task as %s',
    (task) => {
      const { taskType } = parseRunOptions(['t.csv', '--target', 'y', '--task', task]);
      expect(taskType).toBe('MULTICLASS_CLASSIFICATION');
    },
  );

  test.each(['http://h:1', 'http://h:1/', 'http://h:1/graphql', 'http://h:1/graphql/', 'http://h:1/?a=b'])(
    'take the address %s',
    (server) => {
      expect(parseRunOptions(['t.csv', '--target', 'y', '--server', server]).server).toBe('http://h:1');
    },
  );

  const wrong: [string, string[]][] = [
    ['no file', ['--target', 'y']],
    ['no target', ['t.csv']],
    ['two files', ['t.csv', 'u.csv', '--target', 'y']],
    ['an unknown flag', ['t.csv', '--target', 'y', '--bugdet', '3']],
    ['a flag without its value', ['t.csv', '--target']],
    ['an unknown task', ['t.csv', '--target', 'y', '--task', 'ranking']],
    ['a budget in words', ['t.csv', '--target', 'y', '--budget', '1 min']],
    ['no budget', ['t.csv', '--target', 'y', '--budget', '0']],
    ['a budget beyond Int', ['t.csv', '--target', 'y', '--budget', '99999999999']],
    ['a negative seed', ['t.csv', '--target', 'y', '--seed=-1']],
    ['an empty algorithm', ['t.csv', '--target', 'y', '--algorithms', 'linear,']],
    ['--predict alone', ['t.csv', '--target', 'y', '--predict', 'u.csv']],
    ['--out alone', ['t.csv', '--target', 'y', '--out', 'u.csv']],
    ['an output over the input', ['t.csv', '--target', 'y', '--predict', 'u.csv', '--out', './t.csv']],
    ['an address without protocol', ['t.csv', '--target', 'y', '--server', 'localhost:4000']],
  ];
  test.each(wrong)('are refused with %s', (_name, args) => {
    expect(() => parseRunOptions(args)).toThrow(UsageError);
  });

  test('say what is wrong with them', () => {
    const ours = wrong.filter(([name]) => !/unknown flag|without its value/.test(name));
    const messages = ours.map(([, args]) => {
      try {
        parseRunOptions(args);
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(messages).toMatchInlineSnapshot(`
      [
        "Name the file to learn from: aliquot run FILE --target COLUMN",
        "Name the column to predict: --target COLUMN",
        "One file is taken, there are more: u.csv",
        "--task takes binary, multiclass, regression, not "ranking"",
        "--budget takes a whole number of at least 1, not "1 min"",
        "--budget takes a whole number of at least 1, not "0"",
        "--budget takes a whole number of at least 1, not "99999999999"",
        "--seed takes a whole number of at least 0, not "-1"",
        "--algorithms takes keys with commas between them, like lightgbm,catboost; not "linear,"",
        "--predict needs --out FILE: where to write the predictions",
        "--out needs --predict TEST.csv: the file to predict",
        "--out ./t.csv would overwrite an input",
        "--server takes an address like http://127.0.0.1:4000, not "localhost:4000"",
      ]
    `);
  });
});
