import type { RunDetail, RunSummary } from '@gantry/model';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeIdle } from '../../src/progress/follow-run.ts';
import { ProgressMeter, type Progress } from '../../src/progress/measure-progress.ts';
import { describeProgress, drawProgress } from '../../src/progress/progress-bar.ts';
import { showProgress } from '../../src/progress/show-progress.ts';
import type { Output } from '../../src/terminal.ts';

const progress: Progress = {
  total: 2000,
  done: 1204,
  failed: 3,
  blocked: 1,
  running: 2,
  rate: 41.23,
  left: 19.3,
  stage: 'segment',
  otherStages: 1,
  paused: false,
};

describe('describeIdle', () => {
  const run = (id: number, running: number) => ({ id, tasks: { running } }) as unknown as RunSummary;

  it('names the runs that hold the slots, and blames the machine only if there are none', () => {
    expect(describeIdle(3, 2, [run(3, 0), run(9, 4), run(7, 1), run(8, 0)])).toBe(
      '2 tasks are ready and wait behind runs 7, 9.',
    );
    expect(describeIdle(3, 1, [run(9, 4)])).toBe('1 task is ready and waits behind run 9.');
    expect(describeIdle(3, 1, [run(3, 0), run(9, 0)])).toContain('no agent that has room');
  });
});

describe('ProgressMeter', () => {
  const at = (tasks: RunDetail['tasks'], stages: RunDetail['tasks'][] = []) => ({
    tasks,
    state: 'active' as const,
    stages: stages.map((counts, index) => ({
      id: index + 1,
      name: `s${index}`,
      tool: 't@1.0.0',
      axes: [],
      paused: false,
      tasks: counts,
    })),
  });

  it('tells rate and time left from what ended since it began', () => {
    const meter = new ProgressMeter();
    expect(meter.measure(at({ succeeded: 50, ready: 50 }), 1000)).toMatchObject({
      total: 100,
      done: 50,
      rate: undefined,
      left: undefined,
    });
    expect(meter.measure(at({ succeeded: 60, failed: 2, ready: 36, running: 2 }), 5000)).toMatchObject({
      done: 62,
      failed: 2,
      rate: 3,
      left: 38 / 3,
    });
  });

  it('forgets what is long ago, and keeps a rate for slow stages', () => {
    const meter = new ProgressMeter();
    for (let second = 0; second <= 100; second++)
      meter.measure(at({ succeeded: second * 10, ready: 1 }), second * 1000);
    // Ten a second until 14 s ago: 20 tasks since the last that is remembered, 16 s ago.
    expect(meter.measure(at({ succeeded: 1000, ready: 1 }), 114_000).rate).toBe(20 / 16);
    const slow = new ProgressMeter();
    slow.measure(at({ ready: 3 }), 0);
    expect(slow.measure(at({ succeeded: 1, ready: 2 }), 60_000).rate).toBeCloseTo(1 / 60);
  });

  it('survives counts that go back', () => {
    const meter = new ProgressMeter();
    meter.measure(at({ succeeded: 10 }), 0);
    expect(meter.measure(at({ succeeded: 4, ready: 6 }), 1000).rate).toBeUndefined();
    expect(meter.measure(at({ succeeded: 6, ready: 4 }), 2000).rate).toBe(2);
  });

  it('names the stage with the most at work', () => {
    const stages = [{ succeeded: 4, running: 1 }, { running: 3 }, { ready: 9 }, {}];
    expect(new ProgressMeter().measure(at({}, stages), 0)).toMatchObject({ stage: 's1', otherStages: 1 });
  });
});

describe('drawProgress', () => {
  it('shows all where there is room', () => {
    expect(drawProgress(progress, 120)).toBe(
      'segment +1 ██████████████████░░░░░░░░░░░░ 1,204 of 2,000 tasks · 3 failed · 1 blocked · 41.2 tasks/s · 19 s left',
    );
  });

  it('never is wider than the terminal, and drops the lesser parts first', () => {
    expect(drawProgress(progress, 60)).toBe('segment +1 ██████████░░░░░░░ 1,204 of 2,000 tasks · 3 failed');
    expect(drawProgress(progress, 30)).toBe('█████░░░░ 1,204 of 2,000 tasks');
    expect(drawProgress(progress, 20)).toBe('1,204/2,000');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.nat(3000), (width, done) => {
        const line = drawProgress({ ...progress, done: Math.min(done, progress.total) }, width);
        expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('is full only when all is done', () => {
    expect(drawProgress({ ...progress, done: 1999 }, 100)).toContain('░');
    expect(drawProgress({ ...progress, done: 2000 }, 100)).not.toContain('░');
    expect(drawProgress({ ...progress, done: 0, total: 0 }, 100)).not.toContain('█');
  });
});

describe('showProgress', () => {
  function record(isTerminal: boolean, width = 80) {
    let written = '';
    const output: Output = {
      isTerminal,
      colors: false,
      write: (text) => (written += text),
      line: (text = '') => (written += `${text}\n`),
      width: () => width,
    };
    return { output, written: () => written };
  }

  it('draws again at most ten times a second, in one line', () => {
    const { output, written } = record(true);
    let time = 0;
    const line = showProgress(output, () => time);
    for (; time < 1000; time += 10)
      line.show(
        () => `at ${time}`,
        () => '',
      );
    expect(written().split('\r')).toHaveLength(1 + 10);
    expect(written()).not.toContain('\n');
    line.note('a note');
    expect(written().endsWith('\r\u001b[Ka note\n')).toBe(true);
  });

  it('leaves the last column free', () => {
    const { output, written } = record(true, 40);
    showProgress(output, () => 0).show(
      (width) => 'x'.repeat(width),
      () => '',
    );
    expect(written()).toContain(`\r${'x'.repeat(39)}\u001b`);
  });

  it('writes a plain line every five seconds, and when something changes', () => {
    const { output, written } = record(false);
    let time = 0;
    const line = showProgress(output, () => time);
    for (; time < 12_000; time += 100) {
      const plain = describeProgress({ ...progress, done: time, stage: undefined });
      line.show(
        () => '',
        () => plain,
        time < 8000 ? 'fine' : 'failed',
      );
    }
    expect(
      written()
        .split('\n')
        .map((text) => text.split(' ')[0]),
    ).toEqual(['5,000', '8,000', '']);
    expect(written()).not.toContain('\u001b');
  });
});
