import type { BucketInspection } from '#adapters/storage/s3-inspection.ts';

const MAX_CLOCK_SECONDS = 60;

/** What a browser needs to send parts by links that the server signed. */
const CORS_RULE = JSON.stringify({
  AllowedOrigins: ['https://ADDRESS-OF-ALIQUOT'],
  AllowedMethods: ['PUT', 'GET'],
  AllowedHeaders: ['*'],
});

type Sentence = { detail: string; warning?: string; advice?: string };

/** The state of a bucket in one line, and what to do about it: warnings are to be mended, advice may be ignored. */
export function bucketFindings(found: BucketInspection) {
  const sentences = [
    { detail: `bucket ${found.bucket}: written, read, listed and removed` },
    describeEncryption(found),
    describeAccess(found),
    describeUnfinished(found),
    describeBrowsers(found),
    describeClock(found),
  ];
  const detail = sentences.map((one) => one.detail).join('; ');
  const warnings = sentences.flatMap(({ warning }: Sentence) => warning ?? []);
  const advice = sentences.flatMap((one: Sentence) => (one.advice ? `Advice: ${one.advice}` : []));
  const remedy = [...warnings, ...advice].join(' ') || null;
  return { state: warnings.length > 0 ? ('warning' as const) : ('ok' as const), detail, remedy };
}

function describeEncryption({ encryption }: BucketInspection): Sentence {
  if (encryption) return { detail: `encrypts (${encryption})` };
  const warning = 'Take sse=none out of STORAGE_URL, or encrypt by another means.';
  return { detail: 'does not encrypt', warning };
}

function describeAccess({ isPublic, blocksPublicAccess }: BucketInspection): Sentence {
  if (isPublic)
    return { detail: 'IS PUBLIC', warning: 'Take public access away: everybody can read the files.' };
  if (isPublic === null) return { detail: 'whether it is public cannot be told' };
  if (blocksPublicAccess !== false) return { detail: 'not public' };
  return { detail: 'not public', advice: 'Block public access to the bucket, so that it stays so.' };
}

function describeUnfinished({ dropsUnfinishedAfterDays: days }: BucketInspection): Sentence {
  if (days === null) return { detail: 'its lifecycle rules cannot be told' };
  if (days > 0) return { detail: `drops unfinished uploads after ${days} days` };
  const advice =
    'Aliquot sweeps unfinished uploads; a lifecycle rule that aborts them does so without it too.';
  return { detail: 'does not drop unfinished uploads', advice };
}

function describeBrowsers({ letsBrowsersSend, offersDirectLinks }: BucketInspection): Sentence {
  if (!offersDirectLinks) return { detail: 'reached by the server alone' };
  if (letsBrowsersSend === null) return { detail: 'whether browsers may send to it cannot be told' };
  if (letsBrowsersSend) return { detail: 'browsers may send to it' };
  const advice = `For uploads from browsers add the CORS rule ${CORS_RULE}, or set S3_DIRECT=off.`;
  return { detail: 'browsers may not send to it', advice };
}

function describeClock({ clockAheadSeconds: seconds }: BucketInspection): Sentence {
  if (seconds === null) return { detail: 'its clock cannot be told' };
  if (Math.abs(seconds) <= MAX_CLOCK_SECONDS) return { detail: 'clocks agree' };
  const detail = `this clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} its clock`;
  return { detail, warning: 'Set the clock of this machine right, best by NTP: signed links depend on it.' };
}
