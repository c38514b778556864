/** What every runner must do, container runners too: called with a way to make one. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Assignment } from '@gantry/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench, exists, lives, present, until, type MakeRunner } from './harness.ts';

export function describeRunner(name: string, makeRunner: MakeRunner): void {
  describe(`${name}: a single call of a tool`, () => {
    let bench: Bench;
    beforeEach(async () => {
      bench = await Bench.open(makeRunner);
    });
    afterEach(() => bench.close());

    it('reports success, the exit code, the times and the log', async () => {
      const before = Date.now();
      const assignment = bench.assign(['sh', '-c', 'echo to stdout; echo to stderr >&2']);
      const report = await bench.runOne(assignment);
      expect(report).toMatchObject({
        attempt: assignment.attempt,
        outcome: 'succeeded',
        exitCode: 0,
        outputs: [],
      });
      expect(report.message).toBeUndefined();
      expect(report.resources.wallSeconds).toBeGreaterThan(0);
      expect(Date.parse(report.startedAt)).toBeGreaterThanOrEqual(before - 1);
      expect(Date.parse(report.endedAt)).toBeGreaterThanOrEqual(Date.parse(report.startedAt));
      expect(bench.log.read(assignment.attempt, 'stdout')).toBe('to stdout\n');
      expect(bench.log.read(assignment.attempt, 'stderr')).toBe('to stderr\n');
    });

    it('hands arguments over as they are, never through a shell', async () => {
      const odd = [
        '',
        ' ',
        `'"\``,
        '$HOME',
        '*',
        'a\nb',
        '-n',
        'ünï·código 🏗',
        '\\',
        ';false',
        '\x07\x1b[1m',
      ];
      const assignment = bench.assign(['printf', '%s\\0', ...odd]);
      expect((await bench.runOne(assignment)).outcome).toBe('succeeded');
      expect(bench.log.read(assignment.attempt, 'stdout')).toBe(`${odd.join('\0')}\0`);
    });

    it('builds the environment from nothing', async () => {
      process.env['GANTRY_TEST_SECRET'] = 'must not leak';
      const assignment = bench.assign(['env'], { env: { TOOL_MODE: 'x y', LANG: 'de_DE.UTF-8' } });
      await bench.runOne(assignment);
      delete process.env['GANTRY_TEST_SECRET'];
      const lines = bench.log.read(assignment.attempt, 'stdout').trim().split('\n');
      const env = new Map(
        lines.map((line): [string, string] => [line.split('=')[0] ?? '', line.split('=').slice(1).join('=')]),
      );
      expect(env.get('PATH')?.split(':')[0]).toBe(dirname(process.execPath));
      expect(env.get('HOME')).toBe(join(assignment.folder, '.work'));
      expect(env.get('TMPDIR')).toBe(env.get('HOME'));
      expect(env.get('TOOL_MODE')).toBe('x y');
      expect(env.get('LANG')).toBe('de_DE.UTF-8');
      expect(env.get('GANTRY_ATTEMPT')).toBe(String(assignment.attempt));
      const allowed = [
        'PATH',
        'HOME',
        'TMPDIR',
        'LANG',
        'TOOL_MODE',
        'GANTRY_ATTEMPT',
        'GANTRY_AGENT',
        'PWD',
      ];
      expect([...env.keys()].filter((key) => !allowed.includes(key))).toEqual([]);
    });

    it('works in a folder of its own, which is gone afterwards, and reads nothing on stdin', async () => {
      const assignment = bench.assign(['sh', '-c', 'pwd; ls -A; touch left-over; cat']);
      expect((await bench.runOne(assignment)).outcome).toBe('succeeded');
      expect(bench.log.read(assignment.attempt, 'stdout')).toBe(`${join(assignment.folder, '.work')}\n`);
      expect(await exists(assignment.folder)).toBe(false);
    });

    it('writes the files that come with the assignment before the start', async () => {
      const plain = bench.assign(['true']);
      const path = join(plain.folder, '.work', 'lists', 'tiles.json');
      const assignment = { ...plain, command: ['cat', path], files: [{ path, content: '{"tiles":["ü"]}' }] };
      await bench.runOne(assignment);
      expect(bench.log.read(plain.attempt, 'stdout')).toBe('{"tiles":["ü"]}');
    });

    it('makes the links that come with the assignment, and leaves what they lead to', async () => {
      const plain = bench.assign(['true']);
      const target = join(bench.storeFolder, 'tile');
      await mkdir(target, { recursive: true });
      await writeFile(join(target, 'image'), 'pixels');
      const path = join(plain.folder, '.work', 'inputs', 'tiles', 'a', '1');
      const assignment = { ...plain, command: ['cat', join(path, 'image')], links: [{ path, target }] };
      expect(await bench.runOne(assignment)).toMatchObject({ outcome: 'succeeded' });
      expect(bench.log.read(plain.attempt, 'stdout')).toBe('pixels');
      expect(await exists(plain.folder)).toBe(false);
      expect(await readFile(join(target, 'image'), 'utf8')).toBe('pixels');
    });

    it('makes the folder of an output that is one, and fails where nothing is written to it', async () => {
      const assignment = bench.assignOutput('touch "$1/x" "$1/y"', { folder: true });
      expect((await bench.runOne(assignment)).outputs).toMatchObject([{ output: 'out', files: 2 }]);
      const idle = bench.assignOutput('true', { folder: true });
      expect(await bench.runOne(idle)).toMatchObject({
        outcome: 'failed',
        message: expect.stringContaining('is an empty folder') as string,
      });
    });

    it("adds the log file that the tool has written to the attempt's log", async () => {
      const plain = bench.assign(['true']);
      const logFile = join(plain.folder, '.work', 'task.log');
      const script = 'echo said; echo written > "$1"; exit 3';
      const assignment = { ...plain, command: ['sh', '-c', script, 'sh', logFile], logFile };
      expect(await bench.runOne(assignment)).toMatchObject({ outcome: 'failed', exitCode: 3 });
      expect(bench.log.read(plain.attempt, 'stdout')).toBe('said\nwritten\n');
      const silent = bench.assign(['true'], { logFile });
      expect(await bench.runOne(silent)).toMatchObject({ outcome: 'succeeded' });
    });

    it('reports the numbers that the tool has written to its file of results, and says which it left out', async () => {
      const plain = bench.assign(['true']);
      const resultsFile = join(plain.folder, '.work', 'results.json');
      const telling = (text: string): Assignment => {
        const assignment = bench.assign(['true']);
        const file = join(assignment.folder, '.work', 'results.json');
        const command = ['sh', '-c', 'printf %s "$2" > "$1"', 'sh', file, text];
        return { ...assignment, command, resultsFile: file, results: ['mean', 'objects'] };
      };
      const { results, message } = await bench.runOne(telling('{"mean":-0.5,"objects":7}'));
      expect({ results, message }).toEqual({ results: { mean: -0.5, objects: 7 }, message: undefined });
      expect(await bench.runOne(telling('{"mean":1,"area":2,"objects":"x"}'))).toMatchObject({
        outcome: 'succeeded',
        results: { mean: 1 },
        message: expect.stringContaining('results area, objects were left out') as string,
      });
      for (const text of ['{"mean":', '[1]', 'null'])
        expect(await bench.runOne(telling(text))).toMatchObject({
          outcome: 'succeeded',
          message: expect.stringContaining('its results') as string,
        });
      const silent = await bench.runOne({ ...plain, resultsFile, results: ['mean'] });
      expect(silent).not.toHaveProperty('results');
      expect(silent).not.toHaveProperty('message');
    });

    it('reports an output with its size and checksum, synced, and leaves nothing else', async () => {
      const assignment = bench.assignOutput('printf hello > "$1"; touch scratch');
      const report = await bench.runOne(assignment);
      const path = present(assignment.outputs[0]).path;
      expect(report).toMatchObject({
        outcome: 'succeeded',
        outputs: [
          {
            output: 'out',
            name: 'a b.txt',
            path: `7/stage/${assignment.attempt}/out/a b.txt`,
            size: 5,
            checksum: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
          },
        ],
      });
      expect(bench.synced).toEqual([path]);
      expect(await readFile(path, 'utf8')).toBe('hello');
      expect(await readdir(assignment.folder)).toEqual(['out']);
    });

    it('reports a folder with its number of files', async () => {
      const assignment = bench.assignOutput('mkdir "$1"; touch "$1/x" "$1/y"');
      expect((await bench.runOne(assignment)).outputs).toMatchObject([{ output: 'out', files: 2 }]);
    });

    it('lists every file of an output of many, by name', async () => {
      const folder = join(bench.storeFolder, '7', 'stage', '1', 'out');
      const output = { path: folder, many: true, pattern: 'c{c:dd}.tif' };
      const assignment = bench.assignOutput('touch "$1/c02.tif" "$1/c01.tif"', output);
      expect((await bench.runOne(assignment)).outputs.map(({ name: file }) => file)).toEqual([
        'c01.tif',
        'c02.tif',
      ]);
    });

    it.each([
      ['nothing at all', 'true', {}, /did not write its output "out": there is no .*\/out\/a b\.txt/],
      ['an empty folder', 'mkdir "$1"', {}, /"out" is an empty folder: .*a b\.txt/],
      ['a link', 'ln -s /etc/passwd "$1"', {}, /"out" is a symbolic link: .*a b\.txt/],
      ['a pipe', 'mkfifo "$1"', {}, /neither a file nor a folder: .*a b\.txt/],
      [
        'no file of many',
        'true',
        { many: true, pattern: 'c{c}.tif' },
        /wrote nothing of its output "out" \(files named c\{c\}\.tif\)/,
      ],
    ])(
      'fails a tool that ends well and writes %s, and names the path',
      async (_what, script, output, message) => {
        const assignment = bench.assignOutput(script, output);
        const report = await bench.runOne(assignment);
        expect(report.outcome).toBe('failed');
        expect(report.message).toMatch(message);
        expect(report.outputs).toEqual([]);
        expect(await exists(assignment.folder)).toBe(false);
      },
    );

    it('lets an output of many be empty if that is declared', async () => {
      const report = await bench.runOne(bench.assignOutput('true', { many: true, min: 0 }));
      expect(report).toMatchObject({ outcome: 'succeeded', outputs: [] });
    });

    it('fails on another exit code, keeps its log, and removes its outputs', async () => {
      const assignment = bench.assignOutput('echo half > "$1"; echo why >&2; exit 3');
      const report = await bench.runOne(assignment);
      expect(report).toMatchObject({
        outcome: 'failed',
        exitCode: 3,
        message: 'tool@1.0.0 ended with exit code 3; its log says more: gantry logs TASK',
      });
      expect(bench.log.read(assignment.attempt, 'stderr')).toBe('why\n');
      expect(await exists(assignment.folder)).toBe(false);
    });

    it('takes the exit codes that count as success from the assignment', async () => {
      const success = { exitCodes: [0, 3] };
      expect(await bench.runOne(bench.assign(['sh', '-c', 'exit 3'], { success }))).toMatchObject({
        outcome: 'succeeded',
        exitCode: 3,
      });
    });

    it('tells a signal', async () => {
      const report = await bench.runOne(bench.assign(['sh', '-c', 'kill -SEGV $$']));
      expect(report).toMatchObject({ outcome: 'failed', signal: 'SIGSEGV' });
      expect(report.exitCode).toBeUndefined();
    });

    it('tells a command that is not there from one that may not be executed', async () => {
      expect(await bench.runOne(bench.assign(['no-such-command']))).toMatchObject({
        outcome: 'start-failed',
        message: 'tool@1.0.0 could not be started: there is no command no-such-command on the PATH',
      });
      const folder = await mkdtemp(join(tmpdir(), 'gantry-tool-'));
      const script = join(folder, 'tool.sh');
      await writeFile(script, '#!/no/such/interpreter\n');
      expect((await bench.runOne(bench.assign([script]))).message).toMatch(/may not be executed/);
      await chmod(script, 0o755);
      expect((await bench.runOne(bench.assign([script]))).message).toMatch(
        /interpreter that its first line names/,
      );
      await rm(folder, { recursive: true });
    });

    it('kills at the time limit with all that it started, even what left the group', async () => {
      const file = join(bench.folder, 'pids');
      const script = `sleep 1000 & echo $! >> ${file}; setsid sleep 1000 & setsid sh -c 'echo $$ >> ${file}; trap "" TERM; sleep 1000 > /dev/null 2>&1' & trap "" TERM; echo $$ >> ${file}; wait; wait; sleep 1000`;
      const resources = { cpu: 1, memory: 0, time: 0.5 };
      const report = await bench.runOne(bench.assign(['sh', '-c', script], { resources }));
      expect(report).toMatchObject({
        outcome: 'timed-out',
        message:
          'tool@1.0.0 was killed at its time limit of 0.5 s; raise resources.time of the tool or of its stage',
      });
      expect(report.resources.wallSeconds).toBeLessThan(10);
      const pids = (await readFile(file, 'utf8')).trim().split('\n').map(Number);
      expect(pids).toHaveLength(3);
      for (const pid of pids) expect(await lives(pid)).toBe(false);
    });

    it('ends what a tool leaves behind when it ends well', async () => {
      const file = join(bench.folder, 'pids');
      const script = `sleep 1000 & echo $! >> ${file}; setsid sleep 1000 > /dev/null 2>&1 & echo $! >> ${file}; setsid sleep 1000 & echo $! >> ${file}`;
      expect((await bench.runOne(bench.assign(['sh', '-c', script]))).outcome).toBe('succeeded');
      const pids = (await readFile(file, 'utf8')).trim().split('\n').map(Number);
      for (const pid of pids) await until(async () => !(await lives(pid)) || undefined, 10);
    });

    it('cancels, and what ended before stays as it ended', async () => {
      const done = bench.assign(['true']);
      await bench.runOne(done);
      const long = bench.assign(['sleep', '1000']);
      await bench.runner.submit([long]);
      await bench.runner.cancel([done.attempt, long.attempt, 999_999]);
      const [first, second] = await bench.wait([done, long]);
      expect(first?.outcome).toBe('succeeded');
      expect(second?.outcome).toBe('cancelled');
    });

    it('gives a tool the grace to end by itself, and no more', async () => {
      const polite = bench.assign(['sh', '-c', 'trap "echo bye; exit 0" TERM; echo up; sleep 1000 & wait']);
      await bench.runner.submit([polite]);
      await until(() => bench.log.read(polite.attempt, 'stdout') === 'up\n' || undefined);
      await bench.runner.cancel([polite.attempt]);
      expect(bench.log.read(polite.attempt, 'stdout')).toBe('up\nbye\n');
      const [report] = await bench.wait([polite]);
      expect(report?.outcome).toBe('cancelled');
    });

    it('takes a gigabyte of output without keeping it, while others go on', async () => {
      const loud = bench.assign(['sh', '-c', 'head -c 1000000000 /dev/zero; echo the end >&2']);
      await bench.runner.submit([loud]);
      const before = process.memoryUsage.rss();
      const others = await bench.run(...Array.from({ length: 10 }, () => bench.assign(['true'])));
      expect(others.every(({ outcome }) => outcome === 'succeeded')).toBe(true);
      const statuses = await bench.runner.poll([loud.attempt]);
      expect(statuses.get(loud.attempt)?.state).toBe('running');
      const [report] = await bench.wait([loud]);
      expect(report?.outcome).toBe('succeeded');
      expect(bench.log.taken.get(loud.attempt)).toBe(1_000_000_008);
      expect(process.memoryUsage.rss() - before).toBeLessThan(150_000_000);
    }, 60_000);

    it('kills at the memory limit', async () => {
      const eat = `const all = []; setInterval(() => all.push(Buffer.alloc(16_000_000, 1)), 10)`;
      const resources = { cpu: 1, memory: 200_000_000, time: 30 };
      const report = await bench.runOne(bench.assign([process.execPath, '-e', eat], { resources }));
      expect(report.outcome).toBe('out-of-memory');
      expect(report.message).toBe(
        'tool@1.0.0 was killed at its memory limit of 191 MiB; raise resources.memory of the tool or of its stage',
      );
      expect(report.resources.maxRssBytes).toBeGreaterThan(200_000_000);
    });

    it('names the file that it worked on', async () => {
      const assignment = bench.assign(['sh', '-c', 'exit 7'], { about: 'img_r001.tif' });
      expect((await bench.runOne(assignment)).message).toMatch(/ended with exit code 7 on img_r001\.tif; /);
    });

    it('keeps the memory limit while a tool has its grace', async () => {
      const eat = `process.on('SIGTERM', () => {}); const all = [];
        setInterval(() => { if (performance.now() > 900) all.push(Buffer.alloc(16_000_000, 1)) }, 10)`;
      const resources = { cpu: 1, memory: 300_000_000, time: 0.5 };
      const slow = await Bench.open(makeRunner, { graceMilliseconds: 25_000 });
      const before = performance.now();
      const [report] = await slow.run(slow.assign([process.execPath, '-e', eat], { resources }));
      expect(performance.now() - before).toBeLessThan(15_000);
      expect(report?.outcome).toBe('timed-out');
      await slow.close();
    }, 60_000);

    it('hears a cancellation that is harder than an earlier one', async () => {
      const heedless = bench.assign(['sh', '-c', 'trap "" TERM; echo up; while :; do sleep 0.1; done']);
      await bench.runner.submit([heedless]);
      await until(() => bench.log.read(heedless.attempt, 'stdout') === 'up\n' || undefined);
      const before = performance.now();
      void bench.runner.cancel([heedless.attempt], 60_000);
      await bench.runner.cancel([heedless.attempt], 0);
      expect(performance.now() - before).toBeLessThan(15_000);
      expect((await bench.wait([heedless]))[0]?.outcome).toBe('cancelled');
    });

    it('stops measuring outputs when it is cancelled, and when the time is over', async () => {
      bench.fingerprint = (_path, signal) =>
        new Promise((_resolve, reject) => {
          const refuse = (): void => reject(new Error('aborted'));
          if (signal?.aborted === true) refuse();
          signal?.addEventListener('abort', refuse);
        });
      const cancelled = bench.assignOutput('echo x > "$1"; echo up');
      await bench.runner.submit([cancelled]);
      await until(() => bench.log.read(cancelled.attempt, 'stdout') === 'up\n' || undefined);
      await bench.runner.cancel([cancelled.attempt]);
      expect((await bench.wait([cancelled]))[0]?.outcome).toBe('cancelled');
      const late = { ...bench.assignOutput('echo x > "$1"'), resources: { cpu: 1, memory: 0, time: 1 } };
      const report = await bench.runOne(late);
      expect(report.outcome).toBe('timed-out');
      expect(report.message).toMatch(/still being measured at its time limit of 1 s; raise resources\.time/);
    });

    it('keeps an output that is named as the work folder was', async () => {
      const path = join(bench.storeFolder, '7', 'stage', '1', 'work', 'made.txt');
      const report = await bench.runOne(bench.assignOutput('echo x > "$1"', { name: 'work', path }));
      expect(report.outcome).toBe('succeeded');
      expect(await readFile(path, 'utf8')).toBe('x\n');
    });

    it('clears folders that the tool has made read-only', async () => {
      const script = 'mkdir -p mod/cache; touch mod/cache/x; chmod 555 mod/cache mod';
      const assignment = bench.assign(['sh', '-c', script]);
      expect((await bench.runOne(assignment)).message).toBeUndefined();
      expect(await exists(assignment.folder)).toBe(false);
    });

    it('takes no output from behind a link, and removes nothing there', async () => {
      const victim = join(bench.folder, 'victim');
      await mkdir(join(victim, '.work'), { recursive: true });
      await writeFile(join(victim, 'a b.txt'), "not the tool's");
      const parent = bench.assignOutput(`rm -r "$(dirname "$1")"; ln -s ${victim} "$(dirname "$1")"`);
      const report = await bench.runOne(parent);
      expect(report).toMatchObject({ outcome: 'failed', outputs: [] });
      expect(report.message).toMatch(/lies behind a symbolic link/);
      const whole = bench.assign(['true']);
      await bench.runOne({
        ...whole,
        command: ['sh', '-c', `cd /; rm -r ${whole.folder}; ln -s ${victim} ${whole.folder}`],
      });
      expect(await readdir(victim)).toEqual(['.work', 'a b.txt']);
    });

    it('tells nothing that a database cannot hold', async () => {
      const { message } = await bench.runOne(bench.assign([`no-such-\ud800-command`]));
      expect(message?.isWellFormed()).toBe(true);
    });

    it('measures processor time and peak memory', async () => {
      const burn = `const end = Date.now() + 700; const b = Buffer.alloc(60_000_000, 1); while (Date.now() < end) b[0]++`;
      const report = await bench.runOne(bench.assign([process.execPath, '-e', burn]));
      expect(report.resources.cpuSeconds).toBeGreaterThan(0.05);
      expect(report.resources.maxRssBytes).toBeGreaterThan(60_000_000);
    });

    it('refuses an attempt that it has, and has started nothing then', async () => {
      const first = bench.assign(['sleep', '1000']);
      const second = bench.assign(['true']);
      await bench.runner.submit([first]);
      await expect(bench.runner.submit([first])).rejects.toThrow(/submitted before/);
      await expect(bench.runner.submit([second, first])).rejects.toThrow();
      const statuses = await bench.runner.poll([second.attempt, first.attempt]);
      expect(statuses.get(second.attempt)?.state).toBe('lost');
      expect(statuses.get(first.attempt)?.state).toBe('running');
      expect(await exists(second.folder)).toBe(false);
      await bench.runner.cancel([first.attempt]);
    });

    it('forgets what is released, and takes nothing once closed', async () => {
      const assignment = bench.assign(['true']);
      await bench.runOne(assignment);
      await bench.runner.release([assignment.attempt]);
      expect((await bench.runner.poll([assignment.attempt])).get(assignment.attempt)?.state).toBe('lost');
      const running = bench.assign(['sleep', '1000']);
      await bench.runner.submit([running]);
      await bench.runner.close();
      const [report] = await bench.wait([running]);
      expect(report?.outcome).toBe('cancelled');
      await expect(bench.runner.submit([bench.assign(['true'])])).rejects.toThrow(/closed/);
    });
  });
}
