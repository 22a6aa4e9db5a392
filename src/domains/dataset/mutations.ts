import { builder } from '#builder.ts';
import { columnTypeSchema } from '#contract/table.ts';
import { ValidationError } from '#errors.ts';
import { mutation, nodeSuccess } from '#mutation.ts';
import { Dataset } from './graphql.ts';

const CsvDialectInput = builder.inputType('CsvDialectInput', {
  description: 'What to read otherwise than it was understood; the rest stays detected.',
  fields: (t) => ({
    delimiter: t.string({ description: 'One character.' }),
    quote: t.string({ description: 'One character, or empty.' }),
    escape: t.string({ description: 'One character.' }),
    hasHeader: t.boolean({ description: 'Whether the first row holds names.' }),
    skipRows: t.int({ description: 'Lines before the table.' }),
    encoding: t.string({ description: 'Such as utf-8 or windows-1252.' }),
    decimal: t.string({ description: '`.` or `,`.' }),
  }),
});

const ColumnTypeInput = builder.inputType('ColumnTypeInput', {
  description: 'A column whose type was not understood.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Of the column.' }),
    type: t.string({ required: true, description: columnTypeSchema.options.join(', ') }),
  }),
});

mutation('updateDataset', {
  description: 'Renames a dataset, or reads its file again with another dialect or other column types.',
  input: (t) => ({
    datasetId: t.id({ required: true, description: 'Of a dataset.' }),
    name: t.string({ description: 'For people.' }),
    dialect: t.field({ type: CsvDialectInput, description: 'Given: the file is read again.' }),
    columnTypes: t.field({ type: [ColumnTypeInput], description: 'Given: the file is read again.' }),
  }),
  success: nodeSuccess('UpdateDatasetSuccess', 'dataset', Dataset, 'Dataset'),
  resolve: async (input, { viewer, services }) => {
    const columnTypes = input.columnTypes?.map((override, index) => {
      const type = columnTypeSchema.safeParse(override.type);
      if (type.success) return { name: override.name, type: type.data };
      throw new ValidationError('COLUMN_TYPE_UNKNOWN', `Use one of ${columnTypeSchema.options.join(', ')}.`, {
        path: ['input', 'columnTypes', String(index), 'type'],
      });
    });
    const dialect = input.dialect ? checkedDialect(input.dialect) : null;
    const { datasetId, name } = input;
    return { rowId: await services.datasets.update(viewer, { datasetId, name, dialect, columnTypes }) };
  },
});

type DialectWishes = {
  [Key in 'delimiter' | 'quote' | 'escape' | 'encoding' | 'decimal']?: string | null | undefined;
} & {
  hasHeader?: boolean | null | undefined;
  skipRows?: number | null | undefined;
};

function checkedDialect(given: DialectWishes) {
  const wrong = (field: string, message: string) =>
    new ValidationError('DIALECT_INVALID', message, { path: ['input', 'dialect', field] });
  if (given.delimiter != null && [...given.delimiter].length !== 1)
    throw wrong('delimiter', 'Use one character.');
  if (given.quote != null && [...given.quote].length > 1) throw wrong('quote', 'Use one character, or none.');
  if (given.escape != null && [...given.escape].length !== 1) throw wrong('escape', 'Use one character.');
  if (given.skipRows != null && (given.skipRows < 0 || given.skipRows > 100_000))
    throw wrong('skipRows', 'Use 0 to 100000.');
  if (given.decimal != null && given.decimal !== '.' && given.decimal !== ',')
    throw wrong('decimal', 'Use a point or a comma.');
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value != null));
}
