/**
 * What a test run has once for all its files: a PostgreSQL, started when the first file asks for it.
 */
import { openTestServer } from '@gantry/database/testing';
import type { TestProject } from 'vitest/node';

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const server = await openTestServer();
  project.provide('gantryTestServer', server.socket);
  return () => server.close();
}
