import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Assignment, Report } from '@gantry/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProcessRunner } from '../src/index.ts';
import { Bench, present, until } from './harness.ts';

const tool = fileURLToPath(new URL('./tools/batch-tool.ts', import.meta.url));
const command = [process.execPath, tool, '${batch.manifest}', '${batch.results}'];

describe('batches', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.open((setup) => new ProcessRunner(setup));
  });
  afterEach(() => bench.close());

  const places = (
    wishes: readonly (string | undefined)[],
    change: Partial<Assignment> = {},
    line: readonly string[] = command,
  ): Assignment[] =>
    wishes.map((wish, index) => {
      const path = join(bench.storeFolder, 'made', String(index), 'out');
      const outputs = [{ name: 'out', type: 'file', path }];
      return bench.assignPlace(line, { batch: 10 }, wish === undefined ? {} : { do: wish }, {
        outputs,
        ...change,
      });
    });
  const runTogether = async (assignments: Assignment[]): Promise<Report[]> => {
    await bench.runner.submit(assignments);
    return bench.wait(assignments);
  };
  const maker = (report: Report | undefined): Promise<string> =>
    readFile(join(bench.storeFolder, present(report?.outputs[0]).path), 'utf8');
  const outcomes = (reports: readonly Report[]): string[] => reports.map(({ outcome }) => outcome);

  it('run all places in one process, each with its outputs, log and times', async () => {
    const assignments = places([undefined, undefined, undefined]);
    const reports = await runTogether(assignments);
    expect(outcomes(reports)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(new Set(await Promise.all(reports.map(maker))).size).toBe(1);
    for (const { attempt } of assignments) {
      expect(bench.log.read(attempt, 'stderr')).toBe(`working on ${attempt} of 3\n`);
    }
    expect(present(reports[0]).resources.wallSeconds).toBeGreaterThan(0.03);
    expect(Date.parse(present(reports[2]).startedAt)).toBeGreaterThan(
      Date.parse(present(reports[0]).startedAt),
    );
  });

  it('fail just the place that the tool refuses', async () => {
    const reports = await runTogether(places([undefined, 'refuse', undefined]));
    expect(outcomes(reports)).toEqual(['succeeded', 'failed', 'succeeded']);
    expect(reports[1]).toMatchObject({ exitCode: 1, message: 'bad tile', outputs: [] });
  });

  it('give places without a line the success of the process, and blame the place at work alone', async () => {
    expect(outcomes(await runTogether(places(['silent', undefined, 'silent'])))).toEqual(
      Array(3).fill('succeeded'),
    );
    const crashed = await runTogether(places([undefined, 'crash', undefined]));
    expect(outcomes(crashed)).toEqual(['succeeded', 'failed', 'succeeded']);
    expect(crashed[1]).toMatchObject({
      exitCode: 4,
      message: 'tool@1.0.0 ended with exit code 4; its log says more: gantry logs TASK',
    });
    expect(await maker(crashed[2])).not.toBe(await maker(crashed[0]));
  });

  it('of a tool that always dies come to their end', async () => {
    const reports = await runTogether(places(Array<string>(5).fill('crash')));
    expect(outcomes(reports)).toEqual(Array(5).fill('failed'));
  });

  it('have the time limit for each place, and run those after it in another call', async () => {
    const resources = { cpu: 1, memory: 0, time: 3 };
    const reports = await runTogether(places([undefined, 'hang', undefined, undefined], { resources }));
    expect(outcomes(reports)).toEqual(['succeeded', 'timed-out', 'succeeded', 'succeeded']);
    expect(await maker(reports[2])).toBe(await maker(reports[3]));
    expect(await maker(reports[2])).not.toBe(await maker(reports[0]));
  });

  it('cancel one place and go on with the others', async () => {
    const assignments = places(['hang', undefined, undefined]);
    await bench.runner.submit(assignments);
    const [first, , third] = assignments.map(({ attempt }) => attempt);
    await until(() => bench.log.read(present(first), 'stderr') !== '' || undefined);
    await bench.runner.cancel([present(first), present(third)]);
    expect(outcomes(await bench.wait(assignments))).toEqual(['cancelled', 'succeeded', 'cancelled']);
  });

  it('fail the place at work if the results cannot be read, end the call, and go on with the others', async () => {
    const reports = await runTogether(places([undefined, 'garbage', undefined]));
    expect(outcomes(reports)).toEqual(['succeeded', 'failed', 'succeeded']);
    expect(reports[1]?.message).toMatch(/printed a line that is not JSON "fine" to its results/);
  });

  it('whose results become a pipe hold up nobody', async () => {
    const script = 'rm "$2"; mkfifo "$2"; exec sleep 1000';
    const line = ['sh', '-c', script, 'sh', '${batch.manifest}', '${batch.results}'];
    const reports = await runTogether(places([undefined, undefined], {}, line));
    expect(outcomes(reports)).toEqual(['failed', 'failed']);
    expect(reports[0]?.message).toMatch(/its results are no file any more/);
  });

  it('fail all places if the tool cannot start', async () => {
    const reports = await runTogether(places([undefined, undefined], {}, ['no-such-tool']));
    expect(outcomes(reports)).toEqual(['start-failed', 'start-failed']);
  });

  it('are refused if they are too long or mixed', async () => {
    await expect(bench.runner.submit(places(Array<undefined>(11).fill(undefined)))).rejects.toThrow(
      /where 10 may be/,
    );
    const [one] = places([undefined]);
    const [other] = places([undefined], { poolKey: 'b' });
    await expect(bench.runner.submit([present(one), present(other)])).rejects.toThrow(/different tools/);
  });
});
