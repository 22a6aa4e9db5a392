import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const require = createRequire(import.meta.url);

/** What takes a minute or more begins first, so that at the end no worker waits for another one's long file. */
const LONG = [
  ...['custom-code/gates', 'flow/custom-code', 'flow/kills', 'flow/shared-data'],
  ...['custom-code/gates-harmless', 'api/preprocessing-claude', 'custom-code/gates-harm'],
  ...['browser/preparation', 'custom-code/gates-refused', 'browser/wizard', 'api/tuning'],
  ...['conformance/sandbox', 'flow/proof', 'conformance/storage', 'conformance/sandbox-attacks/attacks'],
  ...['browser/charts', 'start/start', 'api/training', 'browser/pages', 'tables/corpus'],
  ...['browser/large', 'cli/storage-migrate'],
];
const placeOf = ({ moduleId }: TestSpecification): number => {
  const place = LONG.findIndex((name) => moduleId.endsWith(`/test/${name}.test.ts`));
  return place < 0 ? LONG.length : place;
};

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((one, other) => placeOf(one) - placeOf(other));
  }
}

export default defineConfig({
  // the copy that Node finds: with a second one, an error of one is none of the other
  resolve: { alias: [{ find: /^graphql$/, replacement: require.resolve('graphql') }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    // a developer's keys must not send the tests' jobs, nor their costs, there
    env: { E2B_API_KEY: '', ANTHROPIC_API_KEY: '' },
    maxWorkers: 2,
    sequence: { sequencer: LongFirst },
    // other machines are slower, and do more besides: what waits for a condition has patience
    expect: { poll: { timeout: 60_000 } },
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
