#!/usr/bin/env node
/**
 * The entry of the agent's process. It sets up the cache of compiled modules in the data folder before it loads the
 * rest: an agent that finds it starts with 96 MB instead of 125, since it needs no type stripper.
 */
import { enableCompileCache } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const folder = parseArgs({ options: { 'data-dir': { type: 'string' } }, strict: false }).values['data-dir'];
if (typeof folder === 'string') enableCompileCache(join(resolve(folder), 'compiled-agent'));
const { runMain } = await import('./run-main.ts');
process.exit(await runMain());
