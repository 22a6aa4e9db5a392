import { useClient } from 'urql';
import { WizardDocument } from '../../gql/graphql.ts';

/** Reads an experiment anew, where something was made for it that its own events do not tell. */
export function useRefresh(id: string): () => Promise<void> {
  const client = useClient();
  return async () => {
    await client.query(WizardDocument, { id }, { requestPolicy: 'network-only' }).toPromise();
  };
}
