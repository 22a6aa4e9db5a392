import { Link, Navigate, Outlet, useLocation, useParams } from '@tanstack/react-router';
import { createContext, useContext } from 'react';
import { usePageTitle } from '../../app/page-title.ts';
import type { WizardExperimentFragment } from '../../gql/graphql.ts';
import { classNames } from '../../ui/class-names.ts';
import { Empty, Loading, QueryFault } from '../../ui/states.tsx';
import { StatusBadge } from '../experiment/status-badge.tsx';
import { obstacle, type StepPath, stepOf, steps } from './steps.ts';
import { useExperiment } from './use-experiment.ts';

const Current = createContext<WizardExperimentFragment | null>(null);

/** The experiment of the wizard around. */
export function useWizard(): WizardExperimentFragment {
  const experiment = useContext(Current);
  if (!experiment) throw new Error('There is no wizard around this.');
  return experiment;
}

/** The five steps of one experiment; where it stands is in the address and on the server. */
export function WizardPage() {
  const { experimentId } = useParams({ strict: false });
  const { experiment, error, fetching, refetch } = useExperiment(experimentId ?? '');
  const step = useLocation({
    select: ({ pathname }) => steps.find(({ path }) => pathname.endsWith(`/${path}`)),
  });
  usePageTitle(experiment && step ? `${step.name}, ${experiment.name}` : null);

  if (error && !experiment) return <QueryFault error={error} onRetry={() => refetch()} />;
  if (fetching && !experiment) return <Loading what="the experiment" />;
  if (!experiment) {
    return <Empty title="This experiment is not there">It was deleted, or it is somebody else’s.</Empty>;
  }
  return (
    <Current.Provider value={experiment}>
      <div className="grid grid-cols-1 gap-6">
        <header className="grid grid-cols-1 gap-4">
          <div className="flex flex-wrap items-center gap-3">
            <h1 className="min-w-0 truncate text-large font-bold">{experiment.name}</h1>
            <StatusBadge status={experiment.status} />
          </div>
          <StepList experiment={experiment} />
        </header>
        <Outlet />
      </div>
    </Current.Provider>
  );
}

/** The address without a step leads to where the experiment stands. */
export function WizardStart() {
  const { id, stage } = useWizard();
  return (
    <Navigate to={`/experiments/$experimentId/${stepOf(stage)}`} params={{ experimentId: id }} replace />
  );
}

function StepList({ experiment }: { experiment: WizardExperimentFragment }) {
  return (
    <nav aria-label="Steps">
      <ol className="grid grid-cols-5 rounded-card sm:gap-1 bg-fill p-1">
        {steps.map(({ path, name }, index) => (
          <li key={path} className="min-w-0">
            <Step
              path={path}
              name={name}
              number={index + 1}
              reason={obstacle(path, experiment)}
              id={experiment.id}
            />
          </li>
        ))}
      </ol>
    </nav>
  );
}

const shape =
  'flex min-h-11 w-full flex-col items-center justify-center rounded-control text-caption sm:px-1 font-medium sm:flex-row sm:gap-2 sm:text-footnote';

function Step(props: { path: StepPath; name: string; number: number; reason: string | null; id: string }) {
  const { path, name, number, reason, id } = props;
  const text = (
    <>
      <span aria-hidden="true" className="text-label-3">
        {number}
      </span>
      <span className="max-w-full truncate">{name}</span>
    </>
  );
  if (reason !== null) {
    return (
      <span className={classNames(shape, 'text-label-3')} title={reason}>
        {text}
        <span className="sr-only">: {reason}</span>
      </span>
    );
  }
  return (
    <Link
      to={`/experiments/$experimentId/${path}`}
      params={{ experimentId: id }}
      className={classNames(
        shape,
        'text-label-2 hover:text-label data-[status=active]:bg-raised data-[status=active]:text-label data-[status=active]:shadow-card',
      )}
    >
      {text}
    </Link>
  );
}
