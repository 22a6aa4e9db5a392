import type { Dialect, TableWarning } from '#contract/table.ts';
import type { Engine } from '#tables/engine.ts';
import type { TableTaskContext } from '#tables/tasks.ts';
import { type RawTable, type ReadingRules, readRowsOf } from './read-rows.ts';
import { readTextHead } from './text-head.ts';
import { openSheet } from './workbook/workbook.ts';

const sheetSyntax = { delimiter: ',', quote: '"', escape: '"' };

/** Reads one sheet of a workbook: its grid goes the way of a text file from the moment that cells are known. */
export async function readWorkbook(
  engine: Engine,
  file: { kind: 'xlsx' | 'ods'; path: string },
  overrides: Partial<Dialect>,
  rules: ReadingRules,
  context: TableTaskContext,
): Promise<RawTable> {
  context.onProgress({ fraction: 0.05, stage: 'decode', message: 'Reading the workbook' });
  const opened = await openSheet(file, overrides.sheet, rules.maximumColumns, context);
  const { sheet, sheets, firstColumn, lastColumn } = opened;
  context.onProgress({ fraction: 0.22, stage: 'dialect', message: `Finding the header of "${sheet}"` });
  const source = {
    path: opened.path,
    head: await readTextHead(opened.path, rules.maximumColumns),
    skippedText: '',
    syntax: sheetSyntax,
    hasChosenDelimiter: true,
    grid: { firstColumn, width: lastColumn - firstColumn + 1 },
  };
  const { layout, repairs, ...table } = await readRowsOf(engine, source, overrides, rules, context);
  return {
    ...table,
    warnings: [...table.warnings, ...otherSheets(sheet, sheets)],
    dialect: {
      ...sheetSyntax,
      hasHeader: layout.hasHeader,
      skipRows: layout.firstRow,
      encoding: 'utf-8',
      newline: 'lf',
      decimal: '.',
      sheet,
      sheets,
      confidence: layout.hasHeader ? 1 : 0.8,
      repairs: [...opened.repairs, ...repairs],
    },
  };
}

function otherSheets(sheet: string, sheets: string[]): TableWarning[] {
  const others = sheets.filter((name) => name !== sheet);
  if (others.length === 0) return [];
  const shown = others.slice(0, 10).map((name) => `"${name}"`);
  return [
    {
      code: 'OTHER_SHEETS',
      message: `Only the sheet "${sheet}" was read. The workbook also has ${shown.join(', ')}${others.length > 10 ? ', …' : ''}.`,
      count: others.length,
    },
  ];
}
