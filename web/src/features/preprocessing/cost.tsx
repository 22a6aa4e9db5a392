import type { UsageFragment } from '../../gql/graphql.ts';
import { count } from '../../ui/format.ts';
import { Progress } from '../../ui/progress.tsx';

/** Cents matter here. */
export const money = (usd: number): string => `$${usd.toFixed(usd < 1 && usd > 0 ? 4 : 2)}`;

/** What the language model has cost, and what it may cost at most. */
export function Cost({ usage }: { usage: UsageFragment }) {
  const { model, inputTokens, cachedInputTokens, outputTokens, costUsd, costLimitUsd, tokenLimit, attempts } =
    usage;
  const tokens = inputTokens + outputTokens;
  return (
    <div className="grid gap-1.5">
      <Progress
        label={`Cost of ${model}`}
        fraction={Math.max(costUsd / costLimitUsd, tokens / tokenLimit)}
        detail={`${money(costUsd)} of at most ${money(costLimitUsd)}`}
      />
      <p className="text-caption text-label-2">
        {count(inputTokens)} tokens read
        {cachedInputTokens > 0 && ` (${count(cachedInputTokens)} from the cache)`}, {count(outputTokens)}{' '}
        written, of at most {count(tokenLimit)} · {attempts} {attempts === 1 ? 'draft' : 'drafts'}
      </p>
    </div>
  );
}
