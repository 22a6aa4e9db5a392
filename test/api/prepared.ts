import { expect } from 'vitest';
import type { TestApp } from '../harness.ts';

/** People with a skewed income that has gaps, a city, a day and an answer that hangs on age and income. */
export function people(rows: number): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const age = 20 + ((row * 37) % 51);
    const income = row % 9 === 0 ? '' : Math.round(Math.exp(6 + ((row * 53) % 97) / 24));
    const city = ['Oslo', 'Bonn', 'Lyon', 'Turin', 'Graz'][(row * 7) % 5];
    const day = new Date(Date.UTC(2021, 0, 1) + row * 36e5 * 31).toISOString().slice(0, 10);
    const answer = age + (Number(income) % 13) + ((row * 29) % 11) > 50 ? 'yes' : 'no';
    return [age, income, city, day, answer].join(',');
  });
  return `${['age,income,city,joined,answer', ...lines].join('\n')}\n`;
}

export const shown = `id status generator strategy revision acceptedRevision decision code
  steps { position key columns parameters reason code effect { status reason measured { metric folds rows } } }
  gates { name verdict passed detail seconds figures } failure { code message } fallback { code message }
  accepted { revision steps { key } code } usage { attempts costUsd model } measurement { status reason }
  comparison { rows associationMeasure effect { metric } columns { column source before { type } after { type } } }
  instructions createdAt startedAt finishedAt lastCursor`;

export const eventsDocument = `subscription ($id: ID!, $after: String) {
  preprocessingEvents(preprocessingId: $id, after: $after) { __typename cursor
    ... on PreprocessingQueued { revision } ... on PreprocessingStarted { revision }
    ... on TextGenerated { attempt offset text } ... on StepsPlanned { revision steps { key } }
    ... on UsageChanged { usage { costUsd attempts } } ... on GateFinished { gate { name verdict } }
    ... on RepairStarted { attempt reason } ... on FallbackChosen { failure { code } }
    ... on StepMeasured { position effect { status } } ... on PreprocessingFinished { isMeasuring } } }`;

/** What the tests of preprocessing do with an application that works its queue. */
export function preparing(app: TestApp) {
  // biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what the tests assert
  type Any = any;

  /** An analysis of a new table that has SUCCEEDED. */
  async function analysed(content: string | Uint8Array, target = 'answer', token?: string): Promise<string> {
    const datasetId = await app.dataset('people.csv', content, token);
    const { analysis } = await app.mutate(
      'analyzeDataset',
      { datasetId, target },
      '{ analysis { id } }',
      token,
    );
    const document = 'subscription ($id: ID!) { analysisEvents(analysisId: $id) { __typename } }';
    await app.collect(document, { id: analysis.id }, token);
    return analysis.id;
  }

  async function read(id: string, token?: string): Promise<Any> {
    const query = `query ($id: ID!) { node(id: $id) { ... on Preprocessing { ${shown} } } }`;
    const { data, errors } = await app.query(query, { id }, token);
    expect(errors).toBeUndefined();
    return data.node;
  }

  const events = (id: string, after?: string) => app.collect<Any>(eventsDocument, { id, after });

  return {
    analysed,
    read,
    /** What is told from a cursor to the end of the job, or of its measuring. */
    events,
    generate: (input: object, token?: string): Promise<Any> =>
      app.mutate('generatePreprocessing', input, `{ preprocessing { ${shown} } }`, token),
    update: (input: object, token?: string): Promise<Any> =>
      app.mutate('updatePreprocessing', input, `{ preprocessing { ${shown} } }`, token),
    revert: (input: object, token?: string): Promise<Any> =>
      app.mutate('revertPreprocessing', input, `{ preprocessing { ${shown} } }`, token),
    decide: (input: object, token?: string): Promise<Any> =>
      app.mutate('decidePreprocessing', input, `{ preprocessing { ${shown} } }`, token),

    /** A preprocessing once its job has ended. */
    async generated(input: object): Promise<Any> {
      const { preprocessing } = await app.mutate('generatePreprocessing', input, '{ preprocessing { id } }');
      await events(preprocessing.id);
      return read(preprocessing.id);
    },
    /** The same after an edit. */
    async updated(id: string, input: object): Promise<Any> {
      const { lastCursor } = await read(id);
      const result = await app.mutate(
        'updatePreprocessing',
        { preprocessingId: id, ...input },
        '{ preprocessing { id } }',
      );
      if (result.__typename !== 'UpdatePreprocessingSuccess') throw new Error(JSON.stringify(result));
      await events(id, lastCursor);
      return read(id);
    },
  };
}
