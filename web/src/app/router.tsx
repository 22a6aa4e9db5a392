import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { NotFound } from './not-found.tsx';
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

export const router = createRouter({
  routeTree: root.addChildren([home, start, wizard.addChildren([...stepRoutes])]),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
