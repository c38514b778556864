import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readLog } from '@gantry/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { AgentBench, exists, lives, until } from './agent-bench.ts';

let bench: AgentBench;
afterEach(async () => {
  await bench.close();
  expect(bench.peer.problems).toEqual([]);
});

describe('an agent whose name another bears', () => {
  it('says so, waits, and works when the other has ended', async () => {
    bench = await AgentBench.open();
    bench.peer.nameInUse = true;
    const agent = bench.start();
    await until(
      () => /Another agent named "test" is at work, on the host there/.test(agent.said()) || undefined,
    );
    expect(agent.process.exitCode).toBeNull();
    bench.peer.nameInUse = false;
    const assignment = bench.assign(['true']);
    bench.peer.add(assignment);
    expect((await bench.report(assignment.attempt)).outcome).toBe('succeeded');
  });
});

describe('an agent after another in its folder', () => {
  it('waits for the other to end, joins as the same, and clears what may not be written to', async () => {
    bench = await AgentBench.open();
    const first = bench.start();
    await until(() => bench.peer.joins.length === 1 || undefined);
    const left = join(bench.folder, 'agent', 'scratch', 'worker-9', 'mod');
    await mkdir(left, { recursive: true });
    await writeFile(join(left, 'x'), '');
    await chmod(left, 0o555);
    const second = bench.start();
    await until(() => /is used by .*; waiting up to 15 s/.test(second.said()) || undefined);
    first.process.kill('SIGTERM');
    expect(await first.ended).toBe(0);
    await until(() => bench.peer.joins.length === 2 || undefined);
    expect(await exists(left)).toBe(false);
    expect(bench.peer.joins[1]?.instance).toBe(bench.peer.joins[0]?.instance);
  });

  it('outlives whoever read what it says', async () => {
    bench = await AgentBench.open();
    const agent = bench.start();
    await until(() => bench.peer.joins.length === 1 || undefined);
    agent.process.stderr?.destroy();
    bench.peer.sessions.clear();
    await until(() => bench.peer.joins.length === 2 || undefined);
    const assignment = bench.assign(['true']);
    bench.peer.add(assignment);
    expect((await bench.report(assignment.attempt)).outcome).toBe('succeeded');
  });
});

describe('an agent at work', () => {
  it('joins, runs what it claims, reports outputs and where the log is', async () => {
    bench = await AgentBench.open();
    const logFolder = join(bench.folder, 'logs');
    await bench.peer.down();
    bench = await AgentBench.open({ logFolder });
    bench.start(['--label', 'room=3']);
    const assignment = bench.assignOutput('echo hello; echo made > "$1"');
    bench.peer.add(assignment);
    const report = await bench.report(assignment.attempt);
    expect(report).toMatchObject({
      outcome: 'succeeded',
      exitCode: 0,
      outputs: [{ output: 'out', path: `1/stage/0/${assignment.attempt}/out/made.txt`, size: 5 }],
    });
    expect(report.outputs[0]?.checksum).toMatch(/^sha256:[0-9a-f]{64}$/);
    let log = '';
    for await (const { bytes } of readLog(logFolder, assignment.attempt, report.log))
      log += Buffer.from(bytes).toString();
    expect(log).toBe('hello\n');
    expect(bench.peer.joins).toMatchObject([
      {
        name: 'test',
        capacity: { cpu: 2, memory: 2_000_000_000, slots: 2 },
        labels: { room: '3' },
        version: '0.1.0',
      },
    ]);
  });

  it('claims ahead in blocks by the rate of its work, and reports each attempt once', async () => {
    bench = await AgentBench.open();
    const assignments = Array.from({ length: 400 }, () => bench.assign(['true']));
    bench.peer.add(...assignments);
    bench.start();
    await until(() => bench.peer.reports.size === 400 || undefined, 60);
    expect([...bench.peer.reports.values()].every(({ outcome }) => outcome === 'succeeded')).toBe(true);
    expect(bench.peer.claimLimits[0]).toBe(2);
    expect(Math.max(...bench.peer.claimLimits)).toBeGreaterThan(4);
    expect(bench.peer.reportTimes.length).toBeLessThan(400);
  });

  it('runs no more at a time than cores, memory and slots allow', async () => {
    bench = await AgentBench.open();
    const file = join(bench.folder, 'times');
    const script = `echo start >> ${file}; sleep 0.2; echo end >> ${file}`;
    const wide = { cpu: 2, memory: 1_000_000, time: 60 };
    const large = { cpu: 0.1, memory: 1_500_000_000, time: 60 };
    const huge = { cpu: 64, memory: 64_000_000_000, time: 60 };
    bench.peer.add(
      ...[wide, wide, large, large, huge].map((resources) =>
        bench.assign(['sh', '-c', script], { resources }),
      ),
    );
    bench.start();
    await until(() => bench.peer.reports.size === 5 || undefined);
    expect((await readFile(file, 'utf8')).trim().split('\n')).toEqual(Array(4).fill(['start', 'end']).flat());
    // One that it has no room for at all, which no server hands out, is told and not run.
    expect([...bench.peer.reports.values()].filter(({ outcome }) => outcome !== 'succeeded')).toMatchObject([
      { outcome: 'start-failed', message: expect.stringContaining('asks for 64 cores') as string },
    ]);
  });

  it('gathers the places of a batch tool into one call', async () => {
    bench = await AgentBench.open();
    const file = join(bench.folder, 'calls');
    const command = ['sh', '-c', `echo call >> ${file}`, 'sh', '${batch.manifest}', '${batch.results}'];
    const request = {
      folder: '',
      at: {},
      inputs: {},
      params: {},
      outputs: {},
      resources: { cpu: 1, memory: 1 },
    };
    const places = Array.from({ length: 9 }, () => {
      const plain = bench.assign(command, { batch: 4 });
      return { ...plain, request: { ...request, id: String(plain.attempt) } };
    });
    bench.peer.add(...places);
    bench.start();
    await until(() => bench.peer.reports.size === 9 || undefined);
    expect([...bench.peer.reports.values()].every(({ outcome }) => outcome === 'succeeded')).toBe(true);
    expect((await readFile(file, 'utf8')).trim().split('\n').length).toBeLessThan(9);
  });

  it('removes the outputs of a report that is refused, and only those', async () => {
    bench = await AgentBench.open();
    const [refused, kept] = [bench.assignOutput(), bench.assignOutput()];
    bench.peer.refuse.add(refused.attempt);
    bench.peer.add(refused, kept);
    bench.start();
    await bench.report(refused.attempt);
    await bench.report(kept.attempt);
    await until(async () => !(await exists(refused.folder)) || undefined);
    expect(await exists(kept.folder)).toBe(true);
  });

  it('cancels what runs and what waits', async () => {
    bench = await AgentBench.open();
    const endless = [bench.assignEndless(), bench.assignEndless()];
    const waiting = bench.assign(['true'], { poolKey: 'b', resources: { cpu: 2, memory: 1, time: 9 } });
    const [first] = endless;
    // Three are claimed together, where two run.
    bench.peer.add(...Array.from({ length: 40 }, () => bench.assign(['true'])));
    bench.start();
    await until(() => bench.peer.reports.size === 40 || undefined);
    bench.peer.add(...endless.map(({ assignment }) => assignment), waiting);
    const pid = await first!.pid();
    await until(
      () => bench.peer.heartbeats.some((beat) => beat.waiting.includes(waiting.attempt)) || undefined,
    );
    for (const attempt of [first!.assignment.attempt, waiting.attempt]) bench.peer.cancel.add(attempt);
    expect((await bench.report(waiting.attempt)).message).toBe('it was cancelled before it started');
    expect(await bench.report(first!.assignment.attempt)).toMatchObject({ outcome: 'cancelled' });
    expect(await lives(pid)).toBe(false);
    expect(bench.peer.reports.has(endless[1]!.assignment.attempt)).toBe(false);
  });

  it('hands back what the server wants back and has not started', async () => {
    bench = await AgentBench.open();
    const endless = bench.assignEndless();
    const wide = { cpu: 2, memory: 1, time: 9 };
    const waiting = bench.assign(['true'], { resources: wide });
    bench.start();
    bench.peer.add(endless.assignment, waiting);
    await endless.pid();
    for (const { attempt } of [endless.assignment, waiting]) bench.peer.takeBack.add(attempt);
    await until(() => bench.peer.returned.length > 0 || undefined);
    expect(bench.peer.returned).toEqual([waiting.attempt]);
  });
});

describe('an agent that ends', () => {
  it('kills what runs, hands the rest back and takes leave at SIGTERM', async () => {
    bench = await AgentBench.open();
    const endless = bench.assignEndless(true);
    bench.peer.add(endless.assignment, bench.assign(['true'], { resources: { cpu: 2, memory: 1, time: 9 } }));
    const agent = bench.start();
    const pid = await endless.pid();
    const before = performance.now();
    agent.process.kill('SIGTERM');
    expect(await agent.ended).toBe(0);
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(await lives(pid)).toBe(false);
    expect(bench.peer.left).toEqual(['session-1']);
    expect(bench.peer.reports.size).toBe(0);
    expect(await exists(endless.assignment.folder)).toBe(false);
  });

  it('finishes what runs, hands back the rest and ends when it is drained', async () => {
    bench = await AgentBench.open();
    const slow = bench.assign(['sleep', '1']);
    const waiting = bench.assign(['true'], { resources: { cpu: 2, memory: 1, time: 9 } });
    bench.peer.add(slow, waiting);
    const agent = bench.start();
    await until(
      () => bench.peer.heartbeats.some(({ running }) => running.includes(slow.attempt)) || undefined,
    );
    bench.peer.drain = true;
    expect(await agent.ended).toBe(0);
    expect(bench.peer.reports.get(slow.attempt)?.outcome).toBe('succeeded');
    expect(bench.peer.returned).toEqual([waiting.attempt]);
    expect(bench.peer.left).toEqual(['session-1']);
  });

  it('goes with the process that started it, if told so', async () => {
    bench = await AgentBench.open();
    const agent = bench.start(['--stop-with-stdin']);
    await until(() => bench.peer.joins.length === 1 || undefined);
    agent.process.stdin?.end();
    expect(await agent.ended).toBe(0);
  });

  it('takes its tasks along when it is killed, and the next one in its folder goes on', async () => {
    bench = await AgentBench.open();
    const endless = bench.assignEndless();
    bench.peer.add(endless.assignment);
    const agent = bench.start();
    const pid = await endless.pid();
    agent.process.kill('SIGKILL');
    expect(await agent.ended).toBe('SIGKILL');
    await until(async () => !(await lives(pid)) || undefined, 10);
    const next = bench.assign(['true']);
    bench.peer.add(next);
    bench.start();
    expect((await bench.report(next.attempt)).outcome).toBe('succeeded');
    expect(bench.peer.joins).toHaveLength(2);
  });

  it('is cleared up after by the next one, if its launcher was killed too', async () => {
    bench = await AgentBench.open();
    const endless = bench.assignEndless();
    bench.peer.add(endless.assignment);
    const agent = bench.start();
    const pid = await endless.pid();
    const marker = (await readFile(join(bench.folder, 'agent', 'marker'), 'utf8')).trim();
    const launcher = Number(
      execFileSync('pgrep', ['-f', `launcher-process.ts ${marker}`], { encoding: 'utf8' }),
    );
    process.kill(agent.process.pid!, 'SIGSTOP'); // So that it cannot see its launcher end.
    process.kill(launcher, 'SIGKILL');
    process.kill(agent.process.pid!, 'SIGKILL');
    await agent.ended;
    expect(await lives(pid)).toBe(true);
    const second = bench.start();
    await until(() => bench.peer.joins.length === 2 || undefined);
    expect(await lives(pid)).toBe(false);
    expect(second.said()).toMatch(/killed \d+ processes of an agent that was killed/);
  });
});

describe('an agent and a server that goes away', () => {
  it('keeps its reports and sends them when the server is back', async () => {
    bench = await AgentBench.open();
    const assignment = bench.assignOutput('sleep 0.7; echo made > "$1"');
    bench.peer.add(assignment);
    bench.start();
    await until(
      () => bench.peer.heartbeats.some(({ running }) => running.includes(assignment.attempt)) || undefined,
    );
    await bench.peer.down();
    await until(async () => (await exists(join(assignment.folder, 'out', 'made.txt'))) || undefined);
    await bench.peer.up();
    expect((await bench.report(assignment.attempt)).outcome).toBe('succeeded');
    expect(bench.peer.joins).toHaveLength(1);
    const next = bench.assign(['true']);
    bench.peer.add(next);
    await bench.report(next.attempt);
  });

  it('sends a report again whose answer was lost, and keeps the outputs', async () => {
    bench = await AgentBench.open();
    bench.peer.loseReportAnswers = true;
    const assignment = bench.assignOutput();
    bench.peer.add(assignment);
    const agent = bench.start();
    await until(() => bench.peer.reportTimes.length > 2 || undefined);
    agent.process.kill('SIGTERM');
    await agent.ended;
    expect(await exists(join(assignment.folder, 'out', 'made.txt'))).toBe(true);
  });

  it('kills its tasks before its lease can end, and joins again', async () => {
    bench = await AgentBench.open({ leaseSeconds: 2 });
    const endless = bench.assignEndless(true);
    bench.peer.add(endless.assignment);
    bench.start();
    const pid = await endless.pid();
    await bench.peer.down();
    const before = performance.now();
    await until(async () => !(await lives(pid)) || undefined, 10);
    expect(performance.now() - before).toBeLessThan(2_000);
    await bench.peer.up();
    await until(() => bench.peer.joins.length === 2 || undefined);
    expect(bench.peer.left).toEqual(['session-1']);
    expect(bench.peer.reports.size).toBe(0);
    const next = bench.assign(['true']);
    bench.peer.add(next);
    expect((await bench.report(next.attempt)).outcome).toBe('succeeded');
  });

  it('kills what it runs when the server does not know its session any more, and joins again', async () => {
    bench = await AgentBench.open();
    const endless = bench.assignEndless();
    bench.peer.add(endless.assignment);
    bench.start();
    const pid = await endless.pid();
    bench.peer.sessions.clear();
    await until(() => bench.peer.joins.length === 2 || undefined);
    expect(await lives(pid)).toBe(false);
    expect(bench.peer.reports.size).toBe(0);
  });

  it('tells by a settled heartbeat that the answer to a claim was lost', async () => {
    bench = await AgentBench.open();
    bench.peer.loseNextClaim = true;
    const lost = bench.assign(['true']);
    const agent = bench.start();
    await until(() => bench.peer.claimLimits.length === 1 || undefined);
    const before = bench.peer.heartbeats.length;
    bench.peer.add(lost);
    await until(() => bench.peer.claimLimits.length === 2 || undefined);
    const settled = bench.peer.heartbeats.slice(before).filter((beat) => beat.settled);
    expect(settled.length).toBeGreaterThan(0);
    for (const { running, waiting } of settled) expect([...running, ...waiting]).toEqual([]);
    agent.process.kill('SIGTERM');
    await agent.ended;
  });

  it('waits for a server that is not there yet', async () => {
    bench = await AgentBench.open();
    await bench.peer.down();
    const agent = bench.start();
    await until(() => /waiting for http/.test(agent.said()) || undefined);
    await bench.peer.up();
    await until(() => bench.peer.joins.length === 1 || undefined);
  });
});

describe('an agent that cannot start', () => {
  it('says what is wrong with its arguments', async () => {
    bench = await AgentBench.open();
    const cases: [string[], Record<string, string>, RegExp][] = [
      [[], {}, /no token[^]*GANTRY_AGENT_TOKEN/],
      [['--slots', 'many'], { GANTRY_AGENT_TOKEN: 'x' }, /--slots is "many"/],
      [['--token', 'x'], {}, /--token/],
      [['--token-file', '/no/such/file'], {}, /\/no\/such\/file could not be read/],
    ];
    for (const [args, env, message] of cases) {
      const agent = bench.start(args, env);
      expect(await agent.ended).toBe(2);
      expect(agent.said()).toMatch(message);
    }
  });

  it('ends when its token is refused, and reads the right one from a file', async () => {
    bench = await AgentBench.open();
    const wrong = bench.start([], { GANTRY_AGENT_TOKEN: 'wrong' });
    expect(await wrong.ended).toBe(3);
    expect(wrong.said()).toMatch(/refused the agent's token/);
    const file = join(bench.folder, 'token');
    await writeFile(file, `${bench.peer.token}\n`);
    bench.start(['--token-file', file], {});
    await until(() => bench.peer.joins.length === 1 || undefined);
  });

  it('leaves a folder alone in which another agent lives', async () => {
    bench = await AgentBench.open();
    bench.start();
    await until(() => bench.peer.joins.length === 1 || undefined);
    const second = bench.start();
    expect(await second.ended).toBe(3);
    expect(second.said()).toMatch(/is used by the agent with process id \d+/);
  }, 60_000);
});
