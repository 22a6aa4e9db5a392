import { useReducer, useRef, useState } from 'react';
import { type CombinedError, useMutation, useQuery } from 'urql';
import { useEvents } from '../../app/events.ts';
import { type Refusal, refusalOf } from '../../app/refusal.ts';
import {
  DecidePreprocessingDocument,
  PreparationDocument,
  PreparationEventsDocument,
  type PreparationPartsFragment,
  RevertPreprocessingDocument,
  StopPreparationDocument,
  UpdatePreprocessingDocument,
  type UpdatePreprocessingInput,
} from '../../gql/graphql.ts';
import { beginning, tell } from './writing-story.ts';

export type Preparation = PreparationPartsFragment;

export const isOpen = ({ status }: Pick<Preparation, 'status'>): boolean =>
  status === 'QUEUED' || status === 'RUNNING';

/** A preprocessing as it is written, checked and measured, on whatever device that was begun. */
export function usePreparation(id: string) {
  const [{ data, error }, refetch] = useQuery({ query: PreparationDocument, variables: { id } });
  const [story, hear] = useReducer(tell, beginning);
  const [ends, setEnds] = useState(0);
  const heard = useRef<string | null>(null);
  const preparation = data?.node?.__typename === 'Preprocessing' ? data.node : null;
  const isWriting = preparation !== null && isOpen(preparation);
  const isMeasuring =
    preparation?.status === 'SUCCEEDED' &&
    preparation.decision !== 'PENDING' &&
    preparation.measurement.status === 'WAITING';
  useEvents({
    document: PreparationEventsDocument,
    id: isWriting || isMeasuring ? id : null,
    // what was told before this page came belongs to the story of a job that is under way
    after: heard.current ?? (isWriting ? null : preparation?.lastCursor),
    // the stream of an earlier job ends with it, and goes on with the next one
    round: String(ends),
    eventOf: ({ preprocessingEvents }) => preprocessingEvents,
    onEvent: (event) => {
      heard.current = event.cursor;
      hear(event);
    },
    onEnd: () => setEnds((before) => before + 1),
  });
  return { preparation, error, refetch: () => refetch({ requestPolicy: 'network-only' }), story, isWriting };
}

/** What an owner does to a preprocessing; each gives why it was refused, or null. */
export function useEditing({ id, revision }: Pick<Preparation, 'id' | 'revision'>) {
  const [updating, update] = useMutation(UpdatePreprocessingDocument);
  const [reverting, revert] = useMutation(RevertPreprocessingDocument);
  const [deciding, decide] = useMutation(DecidePreprocessingDocument);
  const [stopping, stop] = useMutation(StopPreparationDocument);
  return {
    isBusy: updating.fetching || reverting.fetching || deciding.fetching || stopping.fetching,
    save: async (edit: Pick<UpdatePreprocessingInput, 'steps' | 'code' | 'revision'>) =>
      faultOf('updatePreprocessing', await update({ input: { preprocessingId: id, ...edit } })),
    revert: async () =>
      faultOf('revertPreprocessing', await revert({ input: { preprocessingId: id, revision } })),
    decide: async (accept: boolean) =>
      faultOf('decidePreprocessing', await decide({ input: { preprocessingId: id, revision, accept } })),
    stop: async () => faultOf('cancelJob', await stop({ input: { id } })),
  };
}

export type EditRefusal = Refusal & { path: readonly string[] };

type Outcome<Name extends string> = {
  data?: { [Key in Name]: { __typename: string; path?: readonly string[] | null } } | undefined;
  error?: CombinedError | undefined;
};

function faultOf<Name extends string>(name: Name, { data, error }: Outcome<Name>): EditRefusal | null {
  const result = data?.[name];
  if (result?.__typename.endsWith('Success')) return null;
  return { ...refusalOf(result, error), path: result?.path ?? [] };
}
