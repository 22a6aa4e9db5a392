import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { Services } from '#app.ts';
import type { Viewer } from '#domains/account/authorise.ts';
import { ValidationError } from '#errors.ts';
import type { Log } from '#log.ts';
import { bodyRefusal } from './guard.ts';
import { answerProblem } from './problem.ts';
import { openApiOf, type Route } from './rest/openapi.ts';
import { analyzeDataset, generatePreprocessing, readExperiment } from './rest/operations.ts';
import {
  AnalysisAccepted,
  AnalyzeDataset,
  ExperimentState,
  GeneratePreprocessing,
  PreprocessingAccepted,
} from './rest/schemas.ts';
import type { ViewerResolver } from './viewer.ts';

const VERSION = '1';

interface Operation extends Route {
  run(services: Services, viewer: Viewer | null, given: { body: unknown; id: string }): Promise<object>;
}

const operations: Operation[] = [
  {
    ...{ method: 'POST', path: '/api/analyze-dataset', operationId: 'analyzeDataset', status: 202 },
    summary: 'Measures a dataset, for a target where one is named, as a new experiment. Answers at once.',
    body: AnalyzeDataset,
    response: AnalysisAccepted,
    problems: { 404: 'There is no such dataset.', 409: 'The dataset cannot be measured as it is.' },
    run: (services, viewer, { body }) => analyzeDataset(services, viewer, read(AnalyzeDataset, body)),
  },
  {
    ...{
      method: 'POST',
      path: '/api/generate-preprocessing',
      operationId: 'generatePreprocessing',
      status: 202,
    },
    summary: 'Writes the preprocessing for an analysis. Answers at once.',
    body: GeneratePreprocessing,
    response: PreprocessingAccepted,
    problems: { 404: 'There is no such analysis or experiment.', 409: 'The analysis has not succeeded.' },
    run: (services, viewer, { body }) =>
      generatePreprocessing(services, viewer, read(GeneratePreprocessing, body)),
  },
  {
    ...{ method: 'GET', path: '/api/experiments/{id}', operationId: 'readExperiment', status: 200 },
    summary: 'An experiment as it is now.',
    response: ExperimentState,
    problems: { 404: 'There is no such experiment.' },
    run: (services, viewer, { id }) => readExperiment(services, viewer, id),
  },
];

/** @throws ValidationError BODY_INVALID or TEXT_INVALID with the path of the fault. */
function read<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const code = issue?.code === 'custom' ? String(issue.params?.code) : 'BODY_INVALID';
  const at = issue?.path.map(String) ?? [];
  const where = at.length > 0 ? `${at.join('.')}: ` : '';
  throw new ValidationError(code, `${where}${issue?.message ?? 'The body is not as it should be.'}`, {
    path: at,
  });
}

/** The routes below `/api/`: the first steps for programs that speak no GraphQL. */
export function restRoutes(options: { services: Services; viewerOf: ViewerResolver; log: Log }) {
  const { services, viewerOf, log } = options;
  const openApi = JSON.stringify(openApiOf(operations, VERSION));

  async function perform(
    request: IncomingMessage,
    response: ServerResponse,
    operation: Operation,
    id: string,
  ): Promise<void> {
    const body = operation.body ? await readBody(request) : undefined;
    const viewer = await viewerOf(request.headers.authorization);
    const result = await operation.run(services, viewer, { body, id });
    const location =
      operation.status === 202 ? { location: (result as { links: { self: string } }).links.self } : {};
    response.writeHead(operation.status, {
      'content-type': 'application/json',
      'cache-control': 'private, no-store',
      ...location,
    });
    response.end(JSON.stringify(result));
  }

  /** Answers a request below `/api/`; false for all other paths. */
  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> => {
    if (!url.pathname.startsWith('/api/')) return false;
    if (url.pathname === '/api/openapi.json' && request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(openApi);
      return true;
    }
    const found = operations
      .map((operation) => ({ operation, id: matchPath(operation.path, url.pathname) }))
      .find(({ id }) => id !== null);
    if (!found || found.id === null) {
      refuse(response, 404, 'NOT_FOUND', 'Nothing is here. See /api/openapi.json.');
    } else if (request.method !== found.operation.method) {
      response.setHeader('allow', found.operation.method);
      refuse(response, 405, 'METHOD_NOT_ALLOWED', `Use ${found.operation.method}.`);
    } else {
      const refusal = found.operation.body ? refusalOfBody(request) : null;
      if (refusal) refuse(response, refusal.status, refusal.code, refusal.message);
      else
        await perform(request, response, found.operation, found.id).catch((error) => {
          if (response.headersSent || response.destroyed) response.destroy();
          else {
            if ((error as Error).name === 'UnauthorizedError')
              response.setHeader('www-authenticate', 'Bearer');
            answerProblem(response, error, log);
          }
        });
    }
    return true;
  };
}

/** The parameter of a path, empty where it takes none; null when another path is meant. */
function matchPath(pattern: string, path: string): string | null {
  const [fixed = '', parameter] = pattern.split('{');
  if (parameter === undefined) return path === pattern ? '' : null;
  const rest = path.startsWith(fixed) ? path.slice(fixed.length) : '';
  return rest !== '' && !rest.includes('/') ? rest : null;
}

/** A form of another site cannot send JSON without being asked for it first, which the guard refuses. */
function refusalOfBody(request: IncomingMessage) {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') return bodyRefusal(request);
  return { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE', message: 'Send application/json.' };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw new ValidationError('BODY_INVALID', 'The body is not JSON.', { path: [] });
  }
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  const problem = { status, title: message, code, message, path: null, retryable: false };
  response.writeHead(status, { 'content-type': 'application/problem+json', connection: 'close' });
  response.end(JSON.stringify(problem));
}
