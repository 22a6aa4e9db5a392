import { useMemo, useState } from 'react';
import type { ReportFragment } from '../../gql/graphql.ts';
import { ColumnDetail } from './column-detail.tsx';
import { ColumnsTable } from './columns-table.tsx';
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
  const { overview, columns, issues, recommendations, missingness, correlations, targetReport } = report;
  const associations = useMemo(
    () => new Map(targetReport?.associations.map((found) => [found.column, found])),
    [targetReport],
  );
  const column = columns?.find(({ name }) => name === shown) ?? null;
  return (
    <div className="grid min-w-0 grid-cols-1 gap-6">
      {overview && <Overview overview={overview} target={report.target} />}
      <div className="grid min-w-0 grid-cols-1 items-start gap-6 lg:grid-cols-2">
        {overview && <Quality overview={overview} issues={issues ?? []} />}
        {targetReport && <TargetInsight report={targetReport} onColumn={setShown} />}
      </div>
      {issues && <Issues issues={issues} onColumn={setShown} onTarget={onTarget} />}
      {columns && <ColumnsTable columns={columns} associations={associations} onColumn={setShown} />}
      {recommendations && <Recommendations recommendations={recommendations} />}
      {report.structure && <Structure report={report.structure} onColumn={setShown} />}
      {missingness && <Missingness report={missingness} />}
      {correlations && <Correlations report={correlations} />}
      {report.preprocessingPrompt && <PreprocessingPrompt text={report.preprocessingPrompt} />}
      <ColumnDetail
        column={column}
        association={associations.get(shown ?? '') ?? null}
        issues={(issues ?? []).filter((issue) => issue.column === shown)}
        onClose={() => setShown(null)}
      />
    </div>
  );
}
