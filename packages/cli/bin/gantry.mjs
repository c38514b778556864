#!/usr/bin/env node
/**
 * Starts the command line under the Node that came with the dependencies, whatever `node` is on this machine's PATH:
 * older ones cannot even read the sources. Plain JavaScript for that reason; all else is left to `src/main.ts`.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const neededNode = 24;

if (Number(process.versions.node.split('.')[0]) >= neededNode) {
  // Types are stripped once, not at every start: `gantry tools` takes 0.22 s instead of 0.38 s. In a folder of the
  // user's own: what is in there is run.
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  module.enableCompileCache(join(cache, 'gantry', 'node'));
  await import('../src/main.ts');
} else {
  const node = findNode();
  if (node === undefined) {
    console.error(
      `gantry needs Node ${neededNode}, and this is ${process.version}.\n` +
        `Run npm ci in ${dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))}, which brings it.`,
    );
    process.exit(3);
  }
  runUnder(node);
}

/** The `node` package's binary, of the nearest `node_modules` that has one. */
function findNode() {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const binary = join(folder, 'node_modules', 'node', 'bin', 'node');
    if (existsSync(binary)) return binary;
    if (folder === dirname(folder)) return undefined;
  }
}

/** Runs this file again under that Node, and ends as it ends. */
function runUnder(node) {
  // The channel carries nothing: it closes when this process is killed, and the other one then stops, too.
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  child.on('error', (error) => {
    console.error(`${node} cannot be started: ${error.message}\nRun npm ci again.`);
    process.exit(3);
  });
  // A terminal sends Ctrl-C to both processes; what is sent to this one alone is passed on.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 3);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
