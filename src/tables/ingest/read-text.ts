import type { CsvDialect, Dialect, Repair } from '#contract/table.ts';
import type { Engine } from '#tables/engine.ts';
import type { TableTaskContext } from '#tables/tasks.ts';
import { emptyFile } from './container.ts';
import { detectSyntax, separatorHint } from './dialect.ts';
import { detectEncoding } from './encoding.ts';
import { type RawTable, type ReadingRules, readRowsOf } from './read-rows.ts';
import type { RowSyntax } from './rows.ts';
import { surveyBytes } from './survey.ts';
import { readTextHead } from './text-head.ts';
import { toCleanText } from './transcode.ts';
import { withoutUndefined } from './without-undefined.ts';
import { unknownSheet } from './workbook/workbook.ts';

/** Reads a text file of any encoding and dialect. */
export async function readText(
  engine: Engine,
  file: { path: string; byteSize: number },
  overrides: Partial<Dialect>,
  rules: ReadingRules,
  context: TableTaskContext,
): Promise<RawTable> {
  if (overrides.sheet !== undefined) throw unknownSheet(overrides.sheet, []);
  const { signal, temporaryDirectory, onProgress } = context;
  const survey = await surveyBytes(file.path, signal, (bytes) =>
    onProgress({
      fraction: 0.05 + 0.1 * (bytes / file.byteSize),
      stage: 'decode',
      message: 'Checking the encoding',
    }),
  );
  const encoding = detectEncoding(survey, overrides.encoding);
  onProgress({ fraction: 0.15, stage: 'decode', message: `Reading as ${encoding.name}` });
  const clean = await toCleanText(file.path, survey, encoding, temporaryDirectory, signal);
  const { text, isWhole } = await readTextHead(clean.path, rules.maximumColumns);
  if (text.trim() === '') throw emptyFile();

  onProgress({ fraction: 0.22, stage: 'dialect', message: 'Finding delimiter and header' });
  const hint = separatorHint(text);
  const skipped = hint === undefined ? 0 : hint.length;
  const visible = text.slice(skipped);
  const fixed: Partial<RowSyntax> = {
    delimiter: overrides.delimiter ?? hint?.delimiter,
    quote: overrides.quote,
    escape: overrides.escape,
  };
  const syntax = detectSyntax(visible, isWhole, withoutUndefined(fixed));
  const source = {
    path: clean.path,
    head: { text: visible, isWhole },
    skippedText: text.slice(0, skipped),
    syntax,
    hasChosenDelimiter: overrides.delimiter !== undefined,
  };
  const { layout, repairs, ...table } = await readRowsOf(engine, source, overrides, rules, context);
  const hintRepairs: Repair[] =
    hint === undefined
      ? []
      : [{ code: 'SEPARATOR_LINE', message: 'The line "sep=" was obeyed and left out.', count: 1 }];
  return {
    ...table,
    dialect: {
      delimiter: syntax.delimiter,
      quote: syntax.quote,
      escape: syntax.escape,
      hasHeader: layout.hasHeader,
      skipRows: layout.firstRow + (hint === undefined ? 0 : 1),
      encoding: encoding.name,
      newline: newlineOf(text),
      decimal: overrides.decimal ?? '.',
      confidence: Math.round(Math.min(syntax.confidence, encoding.confidence) * 100) / 100,
      repairs: [...clean.repairs, ...hintRepairs, ...repairs],
    },
  };
}

function newlineOf(text: string): CsvDialect['newline'] {
  const crlf = text.split('\r\n').length - 1;
  const lf = text.split('\n').length - 1 - crlf;
  const cr = text.split('\r').length - 1 - crlf;
  if (crlf === 0 && cr === 0) return 'lf';
  if (lf === 0 && cr === 0) return 'crlf';
  return lf === 0 && crlf === 0 ? 'cr' : 'mixed';
}
