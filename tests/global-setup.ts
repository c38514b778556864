/**
 * What a test run has once for all its files: a PostgreSQL, started when the first file asks for it, and the seed that
 * properties draw their cases from.
 */
import { spawnSync } from 'node:child_process';
import { openTestServer } from '@gantry/database/testing';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** 32 bits. */
    propertySeed: number;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  project.provide('propertySeed', Number(process.env['GANTRY_TEST_SEED'] ?? seedOfCommit()) | 0);
  const server = await openTestServer();
  project.provide('gantryTestServer', server.socket);
  return () => server.close();
}

/** Of the commit that is checked out; any seed where there is no repository. */
function seedOfCommit(): number {
  const { status, stdout } = spawnSync('git', ['rev-parse', 'HEAD'], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  return status === 0 ? parseInt(stdout.slice(0, 8), 16) : Math.floor(Math.random() * 2 ** 32);
}
