import { holdPrograms } from './held.ts';

/** Programs that leak, crash, lose rows or leave things to chance: refused before anything is trained, or soon after. */
holdPrograms(['leaks', 'crashes', 'shapes', 'chance']);
