/**
 * Before every test file: properties draw their cases from one seed, which is the commit's, so that a run on the same
 * commit tries the same cases, and the next commit others. `GANTRY_TEST_SEED` gives another one.
 */
import fc from 'fast-check';
import { inject } from 'vitest';

fc.configureGlobal({ seed: inject('propertySeed') });
