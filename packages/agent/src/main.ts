#!/usr/bin/env node
/**
 * The agent's process: arguments, signals and exit codes. 0: stopped or drained; 2: bad usage; 3: it could not
 * do its work (token refused, folder in use, a fault).
 */
import { isGantryError } from '@gantry/model';
import { readSettings } from './agent-settings.ts';
import { runAgent } from './agent.ts';

function say(line: string): void {
  process.stderr.write(`${new Date().toISOString()} agent: ${line}\n`);
}

// Whoever started it may be gone, and with them the other end: the agent still has to end what it runs.
process.stderr.on('error', () => {});

async function main(): Promise<number> {
  try {
    const settings = readSettings(process.argv.slice(2), process.env);
    delete process.env['GANTRY_AGENT_TOKEN'];
    const stop = new AbortController();
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
    if (settings.stopWithStdin) {
      process.stdin.resume();
      process.stdin.once('close', () => stop.abort());
      process.stdin.once('error', () => stop.abort());
    }
    await runAgent({ ...settings, log: say }, stop.signal);
    return 0;
  } catch (error) {
    if (!isGantryError(error)) {
      say(error instanceof Error ? (error.stack ?? error.message) : String(error));
      return 3;
    }
    say(error.mend === undefined ? error.message : `${error.message}\n${error.mend}`);
    return error.code === 'usage' || error.code === 'agent-token' ? 2 : 3;
  }
}

process.exit(await main());
