import { ProcessRunner } from '../src/index.ts';
import { describeRunner } from './conformance.ts';

describeRunner('process runner', (setup) => new ProcessRunner(setup));
