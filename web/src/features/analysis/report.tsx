import { memo, useMemo, useState } from 'react';
import type { ReportFragment } from '../../gql/graphql.ts';
import { ColumnDetail } from './column-detail.tsx';
import { type Associations, ColumnsTable } from './columns-table.tsx';
import { Correlations } from './correlations.tsx';
import { Issues, Recommendations } from './findings.tsx';
import { Missingness } from './missingness.tsx';
import { Overview, Quality } from './overview.tsx';
import { PreprocessingPrompt } from './preprocessing-prompt.tsx';
import { Structure } from './structure.tsx';
import { TargetInsight } from './target-insight.tsx';

/** Everything that was measured, the most telling first. */
export function Report(props: {
  report: ReportFragment;
  /** Null: the question stays as it is. */
  onTarget: (() => void) | null;
}) {
  const { report, onTarget } = props;
  const [shown, setShown] = useState<string | null>(null);
  const { columns, issues, targetReport } = report;
  const associations = useMemo(
    () => new Map(targetReport?.associations.map((found) => [found.column, found])),
    [targetReport],
  );
  const column = columns?.find(({ name }) => name === shown) ?? null;
  return (
    <>
      <Findings {...{ report, associations, onTarget }} onColumn={setShown} />
      <ColumnDetail
        column={column}
        association={associations.get(shown ?? '') ?? null}
        issues={(issues ?? []).filter((issue) => issue.column === shown)}
        onClose={() => setShown(null)}
      />
    </>
  );
}

/** Not drawn anew where one column is looked at: there may be thousands of them. */
const Findings = memo(
  (props: {
    report: ReportFragment;
    associations: Associations;
    onTarget: (() => void) | null;
    onColumn: (name: string) => void;
  }) => {
    const { report, associations, onTarget, onColumn } = props;
    const { overview, columns, issues, recommendations, missingness, correlations, targetReport } = report;
    return (
      <div className="grid min-w-0 grid-cols-1 gap-6">
        {overview && <Overview overview={overview} target={report.target} />}
        <div className="grid min-w-0 grid-cols-1 items-start gap-6 lg:grid-cols-2">
          {overview && <Quality overview={overview} issues={issues ?? []} />}
          {targetReport && <TargetInsight report={targetReport} onColumn={onColumn} />}
        </div>
        {issues && <Issues issues={issues} onColumn={onColumn} onTarget={onTarget} />}
        {columns && <ColumnsTable columns={columns} associations={associations} onColumn={onColumn} />}
        {recommendations && <Recommendations recommendations={recommendations} />}
        {report.structure && <Structure report={report.structure} onColumn={onColumn} />}
        {missingness && <Missingness report={missingness} />}
        {correlations && <Correlations report={correlations} />}
        {report.preprocessingPrompt && <PreprocessingPrompt text={report.preprocessingPrompt} />}
      </div>
    );
  },
);
