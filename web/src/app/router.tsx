import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Crash } from './crash.tsx';
import { NotFound } from './not-found.tsx';
import { beginView } from './operations.ts';
import { Shell } from './shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('../features/home/home-page.tsx'), 'HomePage'),
});

const start = createRoute({
  getParentRoute: () => root,
  path: '/new',
  component: lazyRouteComponent(() => import('../features/dataset/new-page.tsx'), 'NewPage'),
});

const wizard = createRoute({
  getParentRoute: () => root,
  path: '/experiments/$experimentId',
  component: lazyRouteComponent(() => import('../features/wizard/wizard-page.tsx'), 'WizardPage'),
});

const stepRoutes = [
  createRoute({
    getParentRoute: () => wizard,
    path: '/',
    component: lazyRouteComponent(() => import('../features/wizard/wizard-page.tsx'), 'WizardStart'),
  }),
  createRoute({
    getParentRoute: () => wizard,
    path: '/data',
    component: lazyRouteComponent(() => import('../features/dataset/data-step.tsx'), 'DataStep'),
  }),
  createRoute({
    getParentRoute: () => wizard,
    path: '/understand',
    component: lazyRouteComponent(() => import('../features/analysis/understand-step.tsx'), 'UnderstandStep'),
  }),
  createRoute({
    getParentRoute: () => wizard,
    path: '/prepare',
    component: lazyRouteComponent(() => import('../features/preprocessing/prepare-step.tsx'), 'PrepareStep'),
  }),
  createRoute({
    getParentRoute: () => wizard,
    path: '/train',
    component: lazyRouteComponent(() => import('../features/training/train-step.tsx'), 'TrainStep'),
  }),
  createRoute({
    getParentRoute: () => wizard,
    path: '/results',
    component: lazyRouteComponent(() => import('../features/results/results-step.tsx'), 'ResultsStep'),
  }),
] as const;

const report = createRoute({
  getParentRoute: () => root,
  path: '/experiments/$experimentId/report',
  component: lazyRouteComponent(() => import('../features/results/report-page.tsx'), 'ReportPage'),
});

const files = createRoute({
  getParentRoute: () => root,
  path: '/files',
  component: lazyRouteComponent(() => import('../features/dataset/files-page.tsx'), 'FilesPage'),
});

const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$runId',
  validateSearch: ({ prediction }: Record<string, unknown>): { prediction?: string } =>
    typeof prediction === 'string' ? { prediction } : {},
  component: lazyRouteComponent(() => import('../features/results/run-page.tsx'), 'RunPage'),
});

const system = createRoute({
  getParentRoute: () => root,
  path: '/system',
  component: lazyRouteComponent(() => import('../features/system/system-page.tsx'), 'SystemPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([home, start, files, run, report, system, wizard.addChildren([...stepRoutes])]),
  defaultPreload: 'intent',
  defaultErrorComponent: Crash,
  scrollRestoration: true,
});

router.subscribe('onBeforeNavigate', ({ pathChanged }) => pathChanged && beginView());

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
