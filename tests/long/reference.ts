/**
 * Many random histories of runs, played to the engine and to the reference model: `--seed N`, `--runs 150` of each kind.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../../scripts/repository.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, runs: { type: 'string', default: '150' } },
});
const { status } = spawnSync(
  process.execPath,
  [
    join(repositoryRoot, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    'packages/engine/test/reference.test.ts',
  ],
  {
    cwd: repositoryRoot,
    stdio: 'inherit',
    // Seeds are 32-bit numbers.
    env: {
      ...process.env,
      GANTRY_TEST_SEED: String(Number(values.seed) >>> 0),
      GANTRY_TEST_RUNS: values.runs,
    },
  },
);
process.exitCode = status ?? 1;
