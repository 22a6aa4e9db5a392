import { builder } from '#builder.ts';
import { columnTypeSchema, type Dialect } from '#contract/table.ts';
import { ValidationError } from '#errors.ts';
import { mutation, nodeSuccess } from '#mutation.ts';
import { faultOfDialect } from '#tables/ingest/overrides.ts';
import { Dataset } from './graphql.ts';

const CsvDialectInput = builder.inputType('CsvDialectInput', {
  description: 'What to read otherwise than it was understood; the rest stays detected.',
  fields: (t) => ({
    delimiter: t.string({ description: 'One to four characters.' }),
    quote: t.string({ description: 'One character, or empty.' }),
    escape: t.string({ description: 'One character.' }),
    hasHeader: t.boolean({ description: 'Whether the first row holds names.' }),
    skipRows: t.int({ description: 'Lines before the table.' }),
    encoding: t.string({ description: 'Such as utf-8 or windows-1252.' }),
    decimal: t.string({ description: '`.` or `,`.' }),
    sheet: t.string({ description: 'Name of the sheet of a workbook.' }),
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

/** @throws ValidationError with the field that cannot be used. */
function checkedDialect(given: Partial<Record<keyof Dialect, unknown>>): Partial<Dialect> {
  const told = Object.fromEntries(Object.entries(given).filter(([, value]) => value != null));
  const fault = faultOfDialect(told);
  if (!fault) return told;
  throw new ValidationError('DIALECT_INVALID', fault.message, { path: ['input', 'dialect', fault.field] });
}
