/**
 * `npm start`: the server with its pages, its database and an agent; and a demo, in which a virtual microscope writes
 * tiles into a folder while a run works on them. It stays until Ctrl-C; the next start goes on where this one was.
 *
 * Flags, behind `npm start --`: `--port` and `--data-dir` as of `gantry up`; `--folder`, where the microscope writes,
 * `demo` if absent; `--seconds`, how long the acquisition takes, 60 if absent.
 */
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openOutput, runWithServer } from '@gantry/cli';
import { buildStalePages } from './demo/build-stale-pages.ts';
import { findOrStartDemo, type DemoRun } from './demo/demo-run.ts';
import { startMicroscope } from './demo/microscope-process.ts';
import { followNpm } from './demo/follow-npm.ts';
import { repositoryRoot } from './repository.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    'data-dir': { type: 'string' },
    folder: { type: 'string', default: join(repositoryRoot, 'demo') },
    seconds: { type: 'string', default: '60' },
  },
});
const folder = resolve(values.folder);
const env = { ...process.env };
const terminal = { out: openOutput(process.stdout, env), err: openOutput(process.stderr, env) };

followNpm();
const pages = buildStalePages((line) => terminal.out.line(line));
// Its failure is told when it is waited for.
pages.catch(() => {});
process.exitCode = await runWithServer(
  {
    flags: { port: values.port, dataDir: values['data-dir'] },
    ...{ env, folder: process.cwd(), terminal },
  },
  async ({ access, interrupted, stay }) => {
    const [demo] = await Promise.all([findOrStartDemo(access, folder, interrupted), pages]);
    const microscope = demo.acquiring
      ? startMicroscope({ folder, seconds: values.seconds, told: (line) => terminal.err.line(line) })
      : undefined;
    try {
      const address = await access.ask((client, signal) => client.signInAddress(signal));
      for (const line of describe(demo)) terminal.out.line(line);
      terminal.out.line(address);
      await stay();
    } finally {
      await microscope?.stop();
    }
  },
);

function describe({ run, began, acquiring }: DemoRun): string[] {
  const place = relative(process.cwd(), folder) || '.';
  const doing = acquiring
    ? [
        `A virtual microscope ${began ? 'photographs' : 'goes on photographing'} cells, tile by tile, at four time points, into ${place};`,
        `run ${run} corrects, stitches and measures each time point while the next one is acquired.`,
      ]
    : [`The demo is as you left it: run ${run}, over the tiles in ${place}.`];
  return [
    '',
    ...doing,
    'Ctrl-C stops everything; the next `npm start` goes on where this one was.',
    '',
    'Open this address in a browser, within the hour (it signs you in, once):',
  ];
}
