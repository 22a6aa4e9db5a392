import type { GateOutcome, GenerationUsage, PlannedStep, StepEffect } from '#contract/preprocessing.ts';
import type { Failure } from '#errors.ts';
import type { NewEvent, StoredEvent } from '#ports/events.ts';

/** What happens to a preprocessing, with what each event carries. */
export type PreprocessingPayloads = {
  PreprocessingQueued: { revision: number };
  PreprocessingStarted: { revision: number };
  TextGenerated: { attempt: number; offset: number; text: string };
  StepsPlanned: { revision: number; steps: PlannedStep[] };
  UsageChanged: { usage: GenerationUsage };
  GateFinished: { gate: GateOutcome };
  RepairStarted: { attempt: number; reason: string };
  FallbackChosen: { failure: Failure };
  StepMeasured: { position: number; effect: StepEffect };
  ComparisonReady: Record<string, never>;
  MeasuringFinished: Record<string, never>;
  /** `isMeasuring`: effects and comparison are still to come, and MeasuringFinished after them. */
  PreprocessingFinished: { isMeasuring: boolean };
};

export const preprocessingEvent = <Name extends keyof PreprocessingPayloads>(
  type: Name,
  payload: PreprocessingPayloads[Name],
): NewEvent => ({ type, payload });

/**
 * Whether nothing is left to wait for: a job has ended, or the measuring behind it. Who asks for what came after the end
 * of a job waits for its measuring.
 */
export const endsPreprocessing =
  (after: number) =>
  ({ type, payload, sequence }: StoredEvent): boolean =>
    type === 'MeasuringFinished' ||
    (type === 'PreprocessingFinished' && !(payload.isMeasuring && sequence <= after));
