import type { Tone } from '../../ui/badge.tsx';

const severities: Record<string, { name: string; tone: Tone; rank: number }> = {
  ERROR: { name: 'serious', tone: 'bad', rank: 2 },
  WARNING: { name: 'to look at', tone: 'caution', rank: 1 },
  INFO: { name: 'to know', tone: 'neutral', rank: 0 },
};

/** How much a finding weighs, in words. */
export const severityOf = (severity: string): { name: string; tone: Tone; rank: number } =>
  severities[severity] ?? { name: severity.toLowerCase(), tone: 'neutral', rank: 0 };

/** A stable code, as it is said. */
export const spoken = (code: string): string => code.toLowerCase().replaceAll('_', ' ');
