/** `gantry run` as people and programs meet it: real processes, a real database, real tools. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  copyWords,
  gantry,
  makeCopyProject,
  makeFolder,
  startGantry,
  testTools,
  type Ended,
} from './gantry-process.ts';

interface Result {
  readonly run: number;
  readonly state: string;
  readonly tasks: Record<string, number>;
  readonly seconds: number;
  readonly outputs: Record<string, string[]>;
}

function parseResult({ stdout, stderr }: Ended): Result {
  expect(stdout.trim().split('\n'), stderr).toHaveLength(1);
  return JSON.parse(stdout) as Result;
}

const noTasks = {
  waiting: 0,
  blocked: 0,
  ready: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  cancelled: 0,
  skipped: 0,
};

/** Processes that have the folder in their command line, as `PID WORDS`: databases and agents among them. */
function processesOf(folder: string): string[] {
  return listProcesses().filter((line) => line.includes(folder));
}

function listProcesses(): string[] {
  // Debian's smallest systems have no `ps`, and macOS has no `/proc`.
  if (!existsSync('/proc/self/cmdline'))
    return spawnSync('ps', ['-axo', 'pid,args'], { encoding: 'utf8' }).stdout.split('\n');
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      return [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`];
    } catch {
      // It has ended since the folder was read.
      return [];
    }
  });
}

/** These start a database several times, on a machine that may be busy. */
const patience = { timeout: 120_000 };

describe('gantry run', patience, () => {
  it('runs every task, links the outputs, and leaves no process', async () => {
    const folder = await makeCopyProject(5, 0);
    const ended = await gantry([...copyWords, '--out', 'out', '--json', '--name', 'mine'], { folder });
    expect(ended.code, ended.stderr).toBe(0);
    const result = parseResult(ended);
    const paths = (stage: string) =>
      [1, 2, 3, 4, 5].map((index) => join(folder, 'out', stage, 'copy', `p0${index}.out`));
    expect(result).toEqual({
      run: 1,
      state: 'succeeded',
      tasks: { ...noTasks, succeeded: 10 },
      seconds: expect.any(Number) as number,
      outputs: { 'first.copy': paths('first'), 'second.copy': paths('second') },
    });
    expect(await readFile(result.outputs['second.copy']![2]!, 'utf8')).toBe('item 3\n');
    expect(processesOf(folder)).toEqual([]);

    const runs = await gantry(['runs', '--json', '--data-dir', 'data'], { folder });
    expect(JSON.parse(runs.stdout)).toMatchObject([
      { id: 1, name: 'mine', state: 'succeeded', tasks: { ...noTasks, succeeded: 10 } },
    ]);
  });

  it('tells what failed and why, goes on with the rest, and takes the run up again', async () => {
    const folder = await makeCopyProject(4, 0);
    await writeFile(join(folder, 'items', 'p02.txt'), 'bad\n');
    await writeFile(join(folder, 'items', 'p03.txt'), 'bad\n');
    const failed = await gantry([...copyWords, '--out', 'out', '--json'], { folder });
    expect(failed.code).toBe(1);
    const result = parseResult(failed);
    expect(result.state).toBe('failed');
    expect(result.tasks).toEqual({ ...noTasks, succeeded: 4, failed: 2, blocked: 2 });
    expect(result.outputs['second.copy']).toHaveLength(2);
    expect(failed.stderr).toContain('first at p 2, and 1 more like it');
    expect(failed.stderr).toContain(`${folder}/items/p02.txt is bad; write something else into it`);
    expect(failed.stderr).toContain('| read p02.txt');
    expect(failed.stderr).toContain('2 tasks are blocked');

    const [, task = ''] = /gantry explain (\d+)/.exec(failed.stderr) ?? [];
    const explained = await gantry(['explain', task, '1/second/p=2', '--data-dir', 'data'], { folder });
    expect(explained.stdout).toContain('is bad');
    expect(explained.stdout).toContain('blocked');
    expect(explained.stdout).toContain('  Its attempt failed: ');
    const unrun = await gantry(['logs', '1/second/p=2', '--data-dir', 'data'], { folder });
    expect(unrun.code).toBe(2);
    expect(unrun.stderr).toContain('has not run yet: it is blocked, and has no log');
    const log = await gantry(['logs', '1/first/p=3', '--data-dir', 'data'], { folder });
    expect(log.stdout).toBe('read p03.txt\n');

    await writeFile(join(folder, 'items', 'p02.txt'), 'mended\n');
    await writeFile(join(folder, 'items', 'p03.txt'), 'mended\n');
    const again = await gantry([...copyWords, '--resume', '1', '--out', 'out', '--json'], { folder });
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toContain('2 files changed');
    expect(parseResult(again)).toMatchObject({ run: 1, tasks: { ...noTasks, succeeded: 8 } });
    expect(await readFile(join(folder, 'out', 'second', 'copy', 'p02.out'), 'utf8')).toBe('mended\n');
  });

  it('stops in good order at Ctrl-C, and goes on with --resume', async () => {
    const folder = await makeCopyProject(8, 400);
    const running = startGantry([...copyWords, '--json'], { folder });
    await running.waitFor('has begun');
    running.child.kill('SIGINT');
    const stopped = await running.ended;
    expect(stopped.code, stopped.stderr).toBe(1);
    expect(parseResult(stopped)).toMatchObject({ state: 'cancelled', tasks: { running: 0 } });
    expect(stopped.stderr).toContain(`gantry run --resume 1 --data-dir ${folder}/data`);
    expect(stopped.stderr).toContain(
      `gantry run copy.yaml --resume 1 --input items --pattern 'p{p:dd}.txt' --tools ${testTools} --data-dir ${folder}/data`,
    );
    expect(processesOf(folder)).toEqual([]);
    const again = await gantry(['run', '--resume', '1', '--data-dir', 'data', '--json'], { folder });
    expect(again.code, again.stderr).toBe(0);
    expect(parseResult(again).tasks).toEqual({ ...noTasks, succeeded: 16 });
  });

  it('goes on after SIGKILL, with every output there once', async () => {
    const folder = await makeCopyProject(16, 100);
    const running = startGantry(copyWords, { folder });
    await running.waitFor('has begun');
    await until(async () => (await countFiles(join(folder, 'data', 'store'))) >= 6);
    running.child.kill('SIGKILL');
    await running.ended;
    // Also what was left behind by the resumed one.
    const second = startGantry(['run', '--resume', '1', '--data-dir', 'data', '--json'], { folder });
    await until(async () => (await countFiles(join(folder, 'data', 'store'))) >= 14);
    second.child.kill('SIGKILL');
    await second.ended;
    const again = await gantry(['run', '--resume', '1', '--data-dir', 'data', '--out', 'out', '--json'], {
      folder,
    });
    expect(again.code, again.stderr).toBe(0);
    expect(parseResult(again).tasks).toEqual({ ...noTasks, succeeded: 32 });
    const names = await readdir(join(folder, 'out', 'second', 'copy'));
    expect(names).toHaveLength(16);
    for (const name of names) {
      const number = Number(/\d+/.exec(name)?.[0]);
      expect(readFileSync(join(folder, 'out', 'second', 'copy', name), 'utf8')).toBe(`item ${number}\n`);
    }
    expect(processesOf(folder)).toEqual([]);
  });

  it('lets two commands use one data directory, and the second go on when the first is killed', async () => {
    const folder = await makeCopyProject(20, 150);
    const first = startGantry([...copyWords, '--json'], { folder });
    const second = startGantry([...copyWords, '--json'], { folder });
    await Promise.all([first.waitFor('has begun'), second.waitFor('has begun')]);
    const { pid } = JSON.parse(await readFile(join(folder, 'data', 'run', 'server.json'), 'utf8')) as {
      pid: number;
    };
    expect([first.child.pid, second.child.pid]).toContain(pid);
    const [host, guest] = first.child.pid === pid ? [first, second] : [second, first];
    host.child.kill('SIGKILL');
    const ended = await guest.ended;
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toContain('this one goes on by itself');
    expect(parseResult(ended).tasks).toEqual({ ...noTasks, succeeded: 40 });
    expect(processesOf(folder)).toEqual([]);
  });

  it('stays until the others are done', async () => {
    const folder = await makeCopyProject(2, 0);
    // Both go on until a file says that all are there, however slow the machine is.
    await cp(join(folder, 'items'), join(folder, 'others'), { recursive: true });
    const live = [...copyWords, '--live', '--marker', 'done'];
    const first = startGantry(live, { folder });
    await first.waitFor('has begun');
    const second = startGantry(
      live.map((word) => (word === 'items' ? 'others' : word)),
      { folder },
    );
    await second.waitFor('has begun');
    await writeFile(join(folder, 'items', 'done'), '');
    await first.waitFor('Other commands use this server');
    await writeFile(join(folder, 'others', 'done'), '');
    const [one, two] = await Promise.all([first.ended, second.ended]);
    expect([one.code, two.code], one.stderr + two.stderr).toEqual([0, 0]);
    expect(two.stderr).not.toContain('goes on by itself');
  });

  it('ends at once at the second Ctrl-C, and the next command recovers', async () => {
    const folder = await makeCopyProject(6, 300);
    const running = startGantry(copyWords, { folder });
    await running.waitFor('has begun');
    running.child.kill('SIGINT');
    running.child.kill('SIGTERM');
    const { code } = await running.ended;
    // The signals may come so close together that the first has done its work.
    expect([1, 130]).toContain(code);
    const again = await gantry(['run', '--resume', '1', '--data-dir', 'data', '--json'], { folder });
    expect(again.code, again.stderr).toBe(0);
  });
});

describe('when a part of it is killed', patience, () => {
  /** The first process that has the text in its command line, within the folder. */
  const findProcess = (folder: string, text: string): number =>
    Number(
      processesOf(folder)
        .find((line) => line.includes(text))
        ?.trim()
        .split(' ')[0],
    );

  it('starts the agent again', async () => {
    const folder = await makeCopyProject(12, 200);
    const running = startGantry([...copyWords, '--json'], { folder });
    await running.waitFor('has begun');
    await until(async () => (await countFiles(join(folder, 'data', 'store'))) >= 2);
    process.kill(findProcess(folder, 'data/agent'), 'SIGKILL');
    const ended = await running.ended;
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toContain('The agent ended (by SIGKILL) and is started again');
    expect(parseResult(ended).tasks).toEqual({ ...noTasks, succeeded: 24 });
    expect(processesOf(folder)).toEqual([]);
  });

  it('says that the database ended, and goes on the next time', async () => {
    const folder = await makeCopyProject(12, 200);
    const running = startGantry([...copyWords, '--json'], { folder });
    await running.waitFor('has begun');
    process.kill(findProcess(folder, 'postgres/cluster'), 'SIGKILL');
    const ended = await running.ended;
    expect(ended.code, ended.stderr).toBe(3);
    expect(JSON.parse(ended.stdout)).toHaveProperty('error.mend', expect.stringContaining('--resume 1'));
    // A line for each part that noticed, and no stack.
    expect(ended.stderr).not.toMatch(/^ +at /m);
    expect(ended.stderr.match(/cannot be reached/g) ?? []).toHaveLength(
      ended.stderr.includes('cannot be reached') ? 1 : 0,
    );
    const again = await gantry(['run', '--resume', '1', '--data-dir', 'data', '--json'], { folder });
    expect(again.code, again.stderr).toBe(0);
    expect(parseResult(again).tasks).toEqual({ ...noTasks, succeeded: 24 });
  });
});

describe('bad input ends with 2, before anything is started', patience, () => {
  const cases: readonly [string, (folder: string) => Promise<readonly string[]>, readonly string[]][] = [
    [
      'a folder that is not there',
      async () => ['run', 'copy.yaml', '--input', 'nowhere', '--pattern', 'p{p:dd}.txt'],
      ['there is no folder', 'nowhere', 'Name the folder'],
    ],
    [
      'a pattern that matches nothing',
      async () => ['run', 'copy.yaml', '--input', 'items', '--pattern', 'q{p:dd}.txt'],
      ['fits none of the 2 files', 'p{position:dd}.txt` fits 2 of them'],
    ],
    [
      'no pattern',
      async () => ['run', 'copy.yaml', '--input', 'items'],
      ['has no --pattern', '--pattern "p{p:dd}.txt", which fits 2 of 2 files'],
    ],
    [
      'the same place twice',
      async (folder) => {
        await writeFile(join(folder, 'items', 'p1.txt'), 'one\n');
        return ['run', 'copy.yaml', '--input', 'items', '--pattern', 'p{p:d+}.txt'];
      },
      ['2 files of', 'are at the place p 1: p01.txt, p1.txt'],
    ],
    [
      'other axes than the source has',
      async () => ['run', 'copy.yaml', '--input', 'items', '--pattern', 'p{z:dd}.txt'],
      ['the source `items` has p, and the pattern `p{z:dd}.txt` names z'],
    ],
    [
      'no pipeline file',
      async () => ['run', 'none.yaml', '--input', 'items'],
      ['there is no pipeline file none.yaml'],
    ],
    [
      'no input',
      async () => ['run', 'copy.yaml'],
      ["the pipeline's source `items` has no input", '--input DIR'],
    ],
    [
      'a parameter that the tool has not',
      async () => [...copyWords, '--param', 'first.wiat=3'],
      ['wiat', 'wait'],
    ],
    ['a word that is no option', async () => ['run', '--inptu', 'items'], ["unknown option '--inptu'"]],
  ];

  it.each(cases)('%s', async (_, prepare, messages) => {
    const folder = await makeCopyProject(2, 0);
    const words = await prepare(folder);
    const all = words.includes('--tools') ? words : [...words, '--tools', testTools, '--data-dir', 'data'];
    const ended = await gantry([...all, '--json'], { folder });
    expect(ended.code, ended.stderr).toBe(2);
    for (const message of messages) expect(ended.stderr).toContain(message);
    const { error } = JSON.parse(ended.stdout) as { error: { code: string; message: string; mend: string } };
    expect(error).toMatchObject({
      code: expect.any(String) as string,
      message: expect.any(String) as string,
      mend: expect.any(String) as string,
    });
    await expect(stat(join(folder, 'data'))).rejects.toThrow('ENOENT');
  });

  it('names what is odd about the files, and goes on', async () => {
    const folder = await makeCopyProject(4, 0);
    await rm(join(folder, 'items', 'p03.txt'));
    await writeFile(join(folder, 'items', 'notes.doc'), 'x');
    const ended = await gantry([...copyWords, '--json'], { folder });
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).toContain('1 file of');
    expect(ended.stderr).toContain('notes.doc');
    expect(ended.stderr).toContain('1 of the 4 places of the grid');
    expect(ended.stderr).toContain('p03.txt (p 3)');
  });

  it('refuses a data directory that is not one, or is used by something else', async () => {
    const folder = await makeCopyProject(1, 0);
    await mkdir(join(folder, 'data'));
    await writeFile(join(folder, 'data', 'precious.txt'), 'mine');
    const ended = await gantry(copyWords, { folder });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('is no data directory');
    expect(await readdir(join(folder, 'data'))).toEqual(['precious.txt']);
  });

  it('reports a database that is not there as 3, without its password', async () => {
    const folder = await makeCopyProject(1, 0);
    const env = { DATABASE_URL: 'postgresql://me:s3cret@127.0.0.1:1/none' };
    const ended = await gantry([...copyWords, '--json'], { folder, env });
    expect(ended.code, ended.stderr).toBe(3);
    expect(ended.stdout + ended.stderr).not.toContain('s3cret');
    const config = await gantry(['config'], { folder, env });
    expect(config.stdout).toContain('postgresql://me:…@127.0.0.1:1/none');
  });
});

describe('commands that only look', () => {
  it('say that there is nothing yet', async () => {
    const folder = await makeFolder();
    const runs = await gantry(['runs', '--json', '--data-dir', 'data'], { folder });
    expect(runs).toMatchObject({ code: 0, stdout: '[]\n' });
    const logs = await gantry(['logs', '1', '--data-dir', 'data'], { folder });
    expect(logs.code).toBe(2);
    expect(logs.stderr).toContain('There is no data directory');
    expect(await readdir(folder)).not.toContain('data');
  });
});

async function countFiles(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).length;
}

/** Waits for a condition that no event tells of. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((wake) => setTimeout(wake, 20));
}
