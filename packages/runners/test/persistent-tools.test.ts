import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Assignment, Report } from '@gantry/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findMarked, ProcessRunner } from '../src/index.ts';
import { Bench, exists, present, until, type RunnerSetup } from './harness.ts';

const tool = fileURLToPath(new URL('./tools/persistent-tool.ts', import.meta.url));
const command = [process.execPath, tool];

describe('persistent tools', () => {
  let bench: Bench;
  const open = async (change: Partial<RunnerSetup> = {}): Promise<void> => {
    bench = await Bench.open((setup) => new ProcessRunner(setup), change);
  };
  beforeEach(() => open());
  afterEach(() => bench.close());

  const place = (params: Record<string, unknown> = {}, change: Partial<Assignment> = {}): Assignment =>
    bench.assignPlace(command, { worker: 'jsonl' }, params, change);

  /** A place whose output tells which process made it, and as its how manieth. */
  const writing = (change: Partial<Assignment> = {}): Assignment => {
    const name = `who-${Math.random()}`;
    const path = join(bench.storeFolder, 'who', name);
    return place({}, { ...change, outputs: [{ name: 'who', type: 'file', path }] });
  };
  const whoMade = async (report: Report): Promise<{ pid: number; count: number }> => {
    const [pid, count] = (
      await readFile(join(bench.storeFolder, present(report.outputs[0]).path), 'utf8')
    ).split(' ');
    return { pid: Number(pid), count: Number(count) };
  };
  const workers = (): number =>
    findMarked(bench.marker).filter(({ owner }) => owner.startsWith('worker-')).length;

  it('take one place after the other in one process', async () => {
    const first = await whoMade(await bench.runOne(writing()));
    const second = await whoMade(await bench.runOne(writing()));
    expect(first.count).toBe(1);
    expect(second).toEqual({ pid: first.pid, count: 2 });
  });

  it('are started as often as places run at a time, and not shared between keys', async () => {
    const reports = await bench.run(writing(), writing());
    const [first, second] = await Promise.all(reports.map(whoMade));
    expect(first?.pid).not.toBe(second?.pid);
    const other = await whoMade(await bench.runOne(writing({ poolKey: 'b' })));
    expect(other.count).toBe(1);
    // There is room for two: one of the idle ones had to go.
    await until(() => workers() === 2 || undefined);
  });

  it.runIf(process.platform === 'linux')('have a peak memory, however short their work is', async () => {
    for (const report of [await bench.runOne(writing()), await bench.runOne(writing())])
      expect(report.resources.maxRssBytes).toBeGreaterThan(10_000_000);
  });

  it('tell numbers of a place with its answer', async () => {
    const told = place({ do: 'tell' }, { results: ['count'] });
    expect(await bench.runOne(told)).toMatchObject({
      ...{ outcome: 'succeeded', results: { count: 1 } },
      message: expect.stringContaining('odd were left out') as string,
    });
  });

  it('fail a place that they refuse, with their own words, and go on', async () => {
    const before = await whoMade(await bench.runOne(writing()));
    expect(await bench.runOne(place({ do: 'refuse' }))).toMatchObject({
      outcome: 'failed',
      exitCode: 2,
      message: 'the tile is not an image: /data/x.tif',
    });
    const after = await whoMade(await bench.runOne(writing()));
    expect(after).toEqual({ pid: before.pid, count: 3 });
  });

  it('have a log per place', async () => {
    const long = `${'line\n'.repeat(30_000)}end of the first\n`;
    const [first, second] = [place({ do: 'log', text: long }), place({ do: 'log', text: 'second\n' })];
    await bench.runOne(first);
    await bench.runOne(second);
    expect(bench.log.taken.get(first.attempt)).toBe(long.length);
    expect(bench.log.read(second.attempt, 'stderr')).toBe('second\n');
  });

  it('may tell progress before they answer', async () => {
    expect((await bench.runOne(place({ do: 'progress' }))).outcome).toBe('succeeded');
  });

  it.each([
    ['crash', /ended with exit code 3 in the middle of this place; its last words:\nout of luck/],
    ['kill-itself', /was ended by the signal SIGKILL in the middle of this place/],
    ['garbage', /printed a line that is not JSON "all is well"; it was ended/],
    ['other-id', /printed an answer for "another" when it was asked for "\d+"/],
    ['close-stdout', /closed its stdout without an answer; it was ended/],
    ['endless', /printed more than 1048576 bytes on stdout without an answer/],
  ])(
    'that misbehave (%s) fail just the place in flight, and another takes the next',
    async (what, message) => {
      const before = await whoMade(await bench.runOne(writing()));
      const report = await bench.runOne(place({ do: what }));
      expect(report.outcome).toBe('failed');
      expect(report.message).toMatch(message);
      const after = await whoMade(await bench.runOne(writing()));
      expect(after.count).toBe(1);
      expect(after.pid).not.toBe(before.pid);
    },
  );

  it('have what they printed without a line feed in the log', async () => {
    const assignment = place({ do: 'unended' });
    expect((await bench.runOne(assignment)).outcome).not.toBe('succeeded');
    expect(bench.log.read(assignment.attempt, 'stdout')).toBe('Traceback without an end');
    const endless = place({ do: 'endless' });
    await bench.runOne(endless);
    expect(bench.log.read(endless.attempt, 'stdout')).toMatch(/^x{60000}/);
  });

  it('that die between two places do not fail the second', async () => {
    expect((await bench.runOne(place({ do: 'die-later' }))).outcome).toBe('succeeded');
    const report = await bench.runOne(writing());
    expect(report.outcome).toBe('succeeded');
    expect((await whoMade(report)).count).toBe(1);
  });

  it('that answer twice keep the place and lose their trust', async () => {
    const before = await whoMade(await bench.runOne(writing()));
    expect((await bench.runOne(place({ do: 'twice' }))).outcome).toBe('succeeded');
    expect((await whoMade(await bench.runOne(writing()))).pid).not.toBe(before.pid);
  });

  it('have the time limit for each place, and are killed with what they started', async () => {
    await bench.runOne(writing());
    const resources = { cpu: 1, memory: 0, time: 0.5 };
    const report = await bench.runOne(place({ do: 'hang' }, { resources }));
    expect(report).toMatchObject({ outcome: 'timed-out' });
    expect(workers()).toBe(0);
    expect((await bench.runOne(writing())).outcome).toBe('succeeded');
  });

  it('are held to the memory limit', async () => {
    await bench.runOne(writing());
    const resources = { cpu: 1, memory: 300_000_000, time: 30 };
    const report = await bench.runOne(place({ do: 'eat' }, { resources }));
    expect(report.outcome).toBe('out-of-memory');
    expect(report.resources.maxRssBytes).toBeGreaterThan(300_000_000);
  });

  it('are killed when their place is cancelled', async () => {
    await bench.runOne(writing());
    const hanging = place({ do: 'hang' });
    await bench.runner.submit([hanging]);
    await bench.runner.cancel([hanging.attempt]);
    expect((await bench.wait([hanging]))[0]?.outcome).toBe('cancelled');
    expect(workers()).toBe(0);
  });

  it('are ended when they have been idle', async () => {
    await bench.close();
    await open({ idleMilliseconds: 100 });
    await bench.runOne(writing());
    await until(() => workers() === 0 || undefined);
  });

  it('that cannot start are told apart, and not started over and over', async () => {
    const missing = await bench.runOne(
      bench.assignPlace(['no-such-tool'], { worker: 'jsonl' }, {}, { poolKey: 'missing' }),
    );
    expect(missing).toMatchObject({ outcome: 'start-failed' });
    expect(missing.message).toMatch(/there is no command no-such-tool/);

    const starts = join(bench.folder, 'starts');
    const broken = ['sh', '-c', `echo x >> ${starts}; echo "syntax error near line 3" >&2; exit 2`];
    const reports: Report[] = [];
    for (let count = 0; count < 6; count += 1) {
      const assignment = bench.assignPlace(broken, { worker: 'jsonl' }, {}, { poolKey: 'broken' });
      reports.push(await bench.runOne(assignment));
      expect(await exists(assignment.folder)).toBe(false);
    }
    expect(reports.map(({ outcome }) => outcome)).toEqual(Array(6).fill('start-failed'));
    for (const { message } of reports)
      expect(message).toMatch(/before it answered anything; its last words:\nsyntax error near line 3/);
    expect(await readFile(starts, 'utf8')).toBe('x\n'.repeat(3));
  });
});
