import { claudeGenerator } from '#adapters/generator/anthropic.ts';
import { rulesGenerator } from '#adapters/generator/rules.ts';
import { catalog } from '#catalog.ts';
import type { GenerationUsage } from '#contract/preprocessing.ts';
import { openDatabase } from '#db.ts';
import { account } from '#domains/account/table.ts';
import { spending } from '#domains/preprocessing/spending.ts';
import { newId } from '#ids.ts';
import { createLog } from '#log.ts';
import type { Conversation, Generator, PlanRequest } from '#ports/generator.ts';
import { seeds } from '../api/seed.ts';
import { testDatabase } from '../harness.ts';
import { API_KEY, startMessagesServer } from '../messages-server/server.ts';
import { profileFile, withDirectory } from '../tables/harness.ts';

export type Caps = { tokensPerJob: number; usdPerJob: number; usdPerDay: number };

const caps: Caps = { tokensPerJob: 200_000, usdPerJob: 1, usdPerDay: 10 };

export type Workbench = Awaited<ReturnType<typeof openWorkbench>>;

/** The generator over the real SDK, a database with a real purse, and a server that answers by the book. */
export async function openWorkbench() {
  const server = await startMessagesServer();
  const database = await testDatabase();
  const { db, close } = openDatabase(database.url);
  const logged: string[] = [];
  const shared = new Map<string, Generator>();
  const log = createLog({ level: 'silent', name: 'test' });
  for (const level of ['debug', 'info', 'warn', 'error'] as const)
    log[level] = (...parts: unknown[]) => void logged.push(JSON.stringify(parts));
  const ownerId = newId();
  await db.insert(account).values({ id: ownerId, kind: 'MEMBER', name: 'owner' });

  return {
    ...{ server, db, ownerId, logged },

    /** A row for money to be spent on. */
    async job(): Promise<string> {
      const seed = seeds(db, ownerId);
      const datasetId = await seed.dataset();
      return seed.preprocessing(datasetId, await seed.analysis(datasetId));
    },

    /** What a job asks for a table: with the plan of the rules to start from. */
    async request(
      content: string,
      target: string,
      change: Partial<PlanRequest> = {},
      fileName = 'source.csv',
    ): Promise<PlanRequest> {
      const { columns, report } = await withDirectory((directory) =>
        profileFile(directory, content, target, undefined, fileName),
      );
      const preprocessingId = change.preprocessingId ?? (await this.job());
      const request: PlanRequest = {
        ...{ ownerId, preprocessingId, report, columns, target, metric: 'roc_auc', strategy: 'BALANCED' },
        ...{ taskType: report.target?.taskType ?? 'BINARY_CLASSIFICATION', instructions: null, rules: [] },
        ...change,
      };
      const silent = { text() {}, usage() {} };
      const { steps } = await rulesGenerator().open(request, silent, AbortSignal.timeout(60_000)).draft([]);
      return { ...request, rules: change.rules ?? steps };
    },

    /** A conversation, and what was heard of it. */
    open(
      request: PlanRequest,
      change: Partial<Caps> & {
        model?: string;
        sendsValues?: boolean;
        apiKey?: string;
        baseUrl?: string;
        prices?: { input: number; output: number };
        patience?: { beginSeconds: number; answerSeconds: number };
        signal?: AbortSignal;
        onText?: (text: string) => void;
        /** One generator for all conversations with these settings: it asks for its model once. */
        isShared?: boolean;
      } = {},
    ): Conversation & { told: { text: string; usages: GenerationUsage[] } } {
      const { signal, onText, isShared = false, ...options } = change;
      const { usdPerJob, usdPerDay } = { ...caps, ...options };
      const purse = spending({ db, microUsdPerJob: usdPerJob * 1e6, microUsdPerDay: usdPerDay * 1e6 });
      const make = () =>
        claudeGenerator({
          ...{ apiKey: API_KEY, baseUrl: server.url, model: 'claude-sonnet-5', sendsValues: false },
          ...{ ...caps, steps: catalog.steps, purse, log },
          ...options,
        });
      const key = JSON.stringify(options);
      const generator = (isShared ? shared.get(key) : undefined) ?? make();
      if (isShared) shared.set(key, generator);
      const told = { text: '', usages: [] as GenerationUsage[] };
      const listener = {
        text(delta: string) {
          told.text += delta;
          onText?.(told.text);
        },
        usage: (usage: GenerationUsage) => void told.usages.push(usage),
      };
      return { ...generator.open(request, listener, signal ?? AbortSignal.timeout(100_000)), told };
    },

    async close(): Promise<void> {
      await close();
      await database.drop();
      await server.close();
    },
  };
}
