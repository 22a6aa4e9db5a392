import type { DatasetDetailPartsFragment } from '../../gql/graphql.ts';
import { Badge } from '../../ui/badge.tsx';
import { count, percent } from '../../ui/format.ts';

/** What was odd in the file, and what was changed while reading. */
export function ReadingNotes({ dataset }: { dataset: DatasetDetailPartsFragment }) {
  const { dialect, warnings } = dataset;
  const notes = [
    ...warnings.map((note) => ({ ...note, name: 'Noticed' })),
    ...(dialect?.repairs ?? []).map((note) => ({ ...note, name: 'Repaired' })),
  ];
  return (
    <div className="grid gap-3">
      {dialect && (
        <p className="text-footnote text-label-2">
          {dialect.confidence >= 0.8
            ? 'This reading is clear'
            : 'Another reading is nearly as likely: compare the table below'}{' '}
          ({percent(dialect.confidence, 0)} ahead of the next best).
        </p>
      )}
      {notes.length > 0 && (
        <ul className="grid gap-2">
          {notes.map(({ name, code, message, count: times }) => (
            <li key={`${code}${message}`} className="flex flex-wrap items-baseline gap-2 text-footnote">
              <Badge tone={name === 'Repaired' ? 'accent' : 'caution'}>{name}</Badge>
              <span className="min-w-0 flex-1">{message}</span>
              {times !== null && times > 1 && <span className="text-label-2">{count(times)} times</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
