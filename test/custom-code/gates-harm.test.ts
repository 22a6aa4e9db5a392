import { holdPrograms } from './held.ts';

/** Programs that keep the contract and do harm, some far beyond the margin, some by little more than twice of it. */
holdPrograms(['harm']);
