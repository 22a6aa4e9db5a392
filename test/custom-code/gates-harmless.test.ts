import { holdPrograms } from './held.ts';

/** What the refused ones wanted, done right: all pass. */
holdPrograms(['harmless']);
