import { readFileSync } from 'node:fs';
import type { Database } from './db.ts';
import type { Generator, LanguageModel } from './ports/generator.ts';
import type { Sandbox } from './ports/sandbox.ts';
import type { Encryption, Storage } from './ports/storage.ts';

export type ServerFacts = {
  version: string;
  database: string;
  storage: string;
  storageEncryption: Encryption;
  sandbox: string;
  generator: string;
  languageModel: LanguageModel | null;
  execution: string;
  features: string[];
};

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** What the server runs on; the sandbox's self-test runs once. */
export function serverFacts(ports: {
  database: Database;
  storage: Storage;
  sandbox: Sandbox;
  generators: Partial<Record<Generator['kind'], Generator>>;
}): () => Promise<ServerFacts> {
  let sandbox: Promise<string> | null = null;
  return async () => {
    sandbox ??= ports.sandbox.selfTest().then(
      (report) => (report.passed ? report.tier : 'unavailable'),
      () => 'unavailable',
    );
    const [row] = await ports.database.sql`show server_version`;
    return {
      version,
      database: `PostgreSQL ${row?.server_version}`,
      storage: ports.storage.kind,
      storageEncryption: ports.storage.encryption,
      sandbox: await sandbox,
      generator: ports.generators.CLAUDE ? 'CLAUDE' : 'RULES',
      languageModel: ports.generators.CLAUDE?.languageModel ?? null,
      execution: 'local',
      features: ['subscriptions', 'predict-file'],
    };
  };
}
