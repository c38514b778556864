/**
 * Which tests there are and how they run: every file in a process of its own, two at a time.
 * What they need beyond npm packages is left to `scripts/engines.ts`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const tests = join(import.meta.dirname, 'tests');
const globalSetup = join(tests, 'global-setup.ts');

export default defineConfig({
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'tools/*/test/**/*.test.ts',
      'tools/test/**/*.test.ts',
      'tests/**/*.test.ts',
    ],
    globalSetup: existsSync(globalSetup) ? [globalSetup] : [],
    setupFiles: [join(tests, 'property-seed.ts')],
    pool: 'forks',
    maxWorkers: 2,
    // On a machine with other work a second, as by default, is nothing.
    expect: { poll: { timeout: 15_000 } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
