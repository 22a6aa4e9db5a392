import { describe, expect, test } from 'vitest';
import { eventLine } from '#cli/view/event-line.ts';
import { renderFrame } from '#cli/view/frame.ts';
import { reduce, withProgress, withStage } from '#cli/view/reduce.ts';
import { withColour, withoutColour } from '#cli/view/text.ts';
import { emptyView, ranking } from '#cli/view/view.ts';
import { eventsOf, metrics, run, startedAt, story, viewAfter } from './experiment-story.ts';

const size = { columns: 110, rows: 40, paint: withoutColour };
const frame = (count: number, change = {}) =>
  `\n${renderFrame(viewAfter(count), { ...size, now: startedAt + count * 1_000, ...change }).join('\n')}\n`;

describe('the live view', () => {
  test('shows the upload', () => {
    const view = withStage(emptyView('penguins.csv', 'species', metrics), 'DATA', 'running');
    const sending = withProgress(view, { fraction: 0.31, message: 'uploading penguins.csv' }, 0);
    expect(`\n${renderFrame(sending, { ...size, now: 0 }).join('\n')}`).toMatchInlineSnapshot(`
      "

       penguins.csv → species

       ● Data   ○ Understand   ○ Prepare   ○ Train   ○ Results

       ━━━━━━━━━─────────────────── 31 %
       uploading penguins.csv
      "
    `);
  });

  test('shows the training', () => {
    expect(frame(23)).toMatchInlineSnapshot(`
      "

       penguins.csv → species  multiclass classification, by Log loss (smaller is better)

       ✓ Data   ✓ Understand   ✓ Prepare   ● Train   ○ Results

       ━━━━━━━━━━━━━━━───────────── 52 %   about 12 s left   best 0.0357 Linear model
       Fitting Random Forest, fold 2

       #  algorithm      Log loss  95 % interval    folds  trials    fit
       1  Linear model     0.0357  0.0195 – 0.0519  ●○○○○       1  1.4 s
       ·  Random Forest                             ●○○○○
       ✗  Naive Bayes    The time was up after 2 folds.
      "
    `);
  });

  test('shows the end', () => {
    expect(frame(story.length)).toMatchInlineSnapshot(`
      "

       penguins.csv → species  multiclass classification, by Log loss (smaller is better)

       ✓ Data   ✓ Understand   ✓ Prepare   ✓ Train   ○ Results

       best 0.0212 Random Forest

       #  algorithm      Log loss  95 % interval    folds  trials    fit
       1  Random Forest    0.0212  0.0101 – 0.0393  ●●●●●       1   13 s
       2  Linear model     0.0357  0.0195 – 0.0519  ●○○○○       1  1.4 s
       ✗  Naive Bayes    The time was up after 2 folds.
      "
    `);
  });

  test('keeps to the size of the terminal', () => {
    const small = { columns: 40, rows: 9, paint: withColour };
    const lines = renderFrame(viewAfter(23), { ...small, now: startedAt });
    expect(lines).toHaveLength(8);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours
    const widths = lines.map((line) => line.replace(/\u001b\[\d+m/g, '').length);
    expect(Math.max(...widths)).toBe(40);
  });

  test('counts the time that is left', () => {
    const left = [0, 5_000, 60_000].map((after) => frame(22, { now: startedAt + 21_000 + after }));
    expect(left.map((text) => /about .* left/.exec(text)?.[0])).toEqual([
      'about 14 s left',
      'about 9 s left',
      'about 0 s left',
    ]);
  });

  test('keeps the warnings, without what would steer the terminal', () => {
    expect(viewAfter(story.length).warnings).toMatchInlineSnapshot(`
      [
        {
          "code": null,
          "message": "Memory is �[31mshort�[0m.",
          "source": "training",
        },
      ]
    `);
  });

  test('does not let names steer the terminal', () => {
    const nasty = emptyView('a\u001b[2J.csv', 'b\nc', metrics);
    const lines = renderFrame(nasty, { ...size, now: 0 });
    expect(lines[1]).toBe(' a�[2J.csv → b c');
  });
});

describe('the ranking', () => {
  const finished = (scores: (number | null)[]) =>
    eventsOf(
      scores.map((score, index) => ({
        __typename: 'RunFinished' as const,
        modelRun: run(`run${index}`, `Run ${index}`, { status: 'SUCCEEDED', score }),
      })),
    ).reduce(reduce, emptyView('t.csv', 'y', metrics));
  const told = (view: Parameters<typeof ranking>[0]) =>
    ranking(view).map(({ rank, run: { id } }) => [rank, id]);

  test('goes by the direction of the metric, shares ranks, and puts runs without a score last', () => {
    const view = finished([0.3, null, 0.1, 0.3]);
    const smallest = [
      [1, 'run2'],
      [2, 'run0'],
      [2, 'run3'],
      [null, 'run1'],
    ];
    expect(told(view)).toEqual(smallest);
    const accuracy = metrics[1] ?? null;
    const greatest = [
      [1, 'run0'],
      [1, 'run3'],
      [3, 'run2'],
      [null, 'run1'],
    ];
    expect(told({ ...view, metric: accuracy })).toEqual(greatest);
  });
});

describe('without a terminal', () => {
  test('there is a line for what matters', () => {
    let view = viewAfter(0);
    const lines = story.flatMap((event) => {
      view = reduce(view, event);
      return eventLine(event, view) ?? [];
    });
    expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
      "
      Data: started
      Data: done
      Understand: started
      Understand: done
      Prepare: started
      Prepare: done
      Train: started
      Train: multiclass classification, by Log loss (smaller is better); 344 rows, 6 features, 5 folds; linear, random_forest, naive_bayes
      Train: Linear model begins
      Train: Random Forest begins
      Train: Linear model 0.0357 (0.0195 – 0.0519), fit in 1.4 s
      Train: best so far 0.0357 by Linear model
      Train: Naive Bayes begins
      Train: Naive Bayes failed, BUDGET_EXHAUSTED: The time was up after 2 folds.
      Train: WARNING Memory is �[31mshort�[0m.
      Train: Random Forest 0.0212 (0.0101 – 0.0393), fit in 13 s
      Train: best so far 0.0212 by Random Forest
      Train: done
      "
    `);
  });
});
