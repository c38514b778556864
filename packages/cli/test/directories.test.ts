/** Data directories, their databases and the folders of results: what does not fit together is refused, and said why. */
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testDatabase } from '@gantry/database/testing';
import { describe, expect, it } from 'vitest';
import { copyWords, gantry, makeCopyProject, makeFolder, testTools } from './gantry-process.ts';

const database = testDatabase({ from: 'empty' });
const isRoot = process.geteuid?.() === 0;
const patience = { timeout: 120_000 };

/** The words of a run in another data directory. */
const wordsFor = (data: string): string[] => copyWords.map((word) => (word === 'data' ? data : word));

interface Told {
  readonly error: { readonly code: string; readonly message: string; readonly mend: string };
}

describe('a data directory and its database', patience, () => {
  it('belong together: neither is used with another, by any command', async () => {
    const folder = await makeCopyProject(2, 0);
    const env = { DATABASE_URL: database.connectionString };
    const first = await gantry(copyWords, { folder, env });
    expect(first.code, first.stderr).toBe(0);

    // Another directory on the same database.
    for (const words of [wordsFor('other'), ['runs', '--data-dir', 'other']]) {
      const refused = await gantry([...words, '--json'], { folder, env });
      expect(refused.code, refused.stderr).toBe(2);
      const { error } = JSON.parse(refused.stdout) as Told;
      expect(error).toMatchObject({
        code: 'database-of-another-directory',
        mend: expect.stringContaining('DATABASE_URL') as string,
      });
      for (const name of ['data', 'other']) expect(error.message).toContain(join(folder, name));
      expect(refused.stdout + refused.stderr).not.toContain(database.config.password);
    }

    // The same directory without its database: not an empty one of its own.
    for (const words of [copyWords, ['runs', '--data-dir', 'data'], ['explain', '1', '--data-dir', 'data']]) {
      const refused = await gantry([...words, '--json'], { folder });
      expect(refused.code, refused.stderr).toBe(2);
      expect((JSON.parse(refused.stdout) as Told).error).toMatchObject({
        code: 'data-directory-other-database',
        message: expect.stringContaining('DATABASE_URL is not set') as string,
      });
    }
    expect(await readdir(join(folder, 'data', 'postgres'))).toEqual([]);

    // With it, all is there.
    const runs = await gantry(['runs', '--json', '--data-dir', 'data'], { folder, env });
    expect(JSON.parse(runs.stdout)).toMatchObject([{ id: 1, state: 'succeeded' }]);
  });

  it('of its own is not left for one that is named', async () => {
    const folder = await makeCopyProject(1, 0);
    const first = await gantry(copyWords, { folder });
    expect(first.code, first.stderr).toBe(0);
    const env = { DATABASE_URL: database.connectionString };
    const refused = await gantry(['runs', '--data-dir', 'data', '--json'], { folder, env });
    expect(refused.code, refused.stderr).toBe(2);
    expect((JSON.parse(refused.stdout) as Told).error).toMatchObject({
      code: 'data-directory-other-database',
      mend: expect.stringContaining('Unset DATABASE_URL') as string,
    });
  });
});

describe('a data directory that cannot be used', patience, () => {
  const commands = (data: string): string[][] => [wordsFor(data), ['runs', '--data-dir', data]];

  it('is refused with 2 and a mend where it is a file, or below one', async () => {
    const folder = await makeCopyProject(1, 0);
    await writeFile(join(folder, 'file'), '');
    for (const words of [...commands('file'), ...commands('file/below')]) {
      const ended = await gantry([...words, '--json'], { folder });
      expect(ended.code, ended.stderr).toBe(2);
      expect((JSON.parse(ended.stdout) as Told).error.code).toBe('data-directory-not-a-folder');
    }
  });

  it.runIf(process.platform === 'linux')('is refused with 2 where no folder can be made', async () => {
    const folder = await makeCopyProject(1, 0);
    const ended = await gantry([...wordsFor('/proc/gantry'), '--json'], { folder });
    expect(ended.code, ended.stderr).toBe(2);
    expect((JSON.parse(ended.stdout) as Told).error).toMatchObject({
      code: 'data-directory-not-enterable',
      mend: expect.any(String) as string,
    });
  });

  it.skipIf(isRoot)('is refused with 2 and a mend where we may not enter it', async () => {
    const folder = await makeCopyProject(1, 0);
    await mkdir(join(folder, 'closed'), { mode: 0 });
    for (const words of [...commands('closed'), ...commands('closed/below')]) {
      const ended = await gantry([...words, '--json'], { folder });
      expect(ended.code, ended.stderr).toBe(2);
      expect((JSON.parse(ended.stdout) as Told).error.code).toBe('data-directory-not-enterable');
    }
    await chmod(join(folder, 'closed'), 0o700);
  });
});

describe('--out', patience, () => {
  it('is refused inside the data directory, before anything is made', async () => {
    const folder = await makeCopyProject(1, 0);
    const ended = await gantry([...copyWords, '--out', 'data/out'], { folder });
    expect(ended.code, ended.stderr).toBe(2);
    expect(ended.stderr).toContain('lies in the data directory');
    expect(await readdir(folder)).not.toContain('data');
  });

  it('is refused where it is a file, in words', async () => {
    const folder = await makeCopyProject(1, 0);
    const ended = await gantry([...copyWords, '--out', 'copy.yaml'], { folder });
    expect(ended.code, ended.stderr).toBe(2);
    expect(ended.stderr).toContain('cannot be a folder');
    expect(ended.stderr).not.toContain('EEXIST');
  });

  it('gets all that is there when a stored file is lost, and the loss is named', async () => {
    const folder = await makeCopyProject(3, 0);
    const first = await gantry([...copyWords, '--json'], { folder });
    expect(first.code, first.stderr).toBe(0);
    const { outputs } = JSON.parse(first.stdout) as { outputs: Record<string, string[]> };
    const lost = outputs['second.copy']![1]!;
    await rm(lost);
    const again = await gantry(['run', '--resume', '1', '--data-dir', 'data', '--out', 'out', '--json'], {
      folder,
    });
    expect(again.code, again.stderr).toBe(3);
    expect(again.stderr).toContain(`${lost} (second.copy) is not there any more`);
    expect(again.stderr).toContain('new run');
    expect(JSON.parse(again.stdout)).toMatchObject({ faults: [{ code: 'output-missing', file: lost }] });
    expect((await readdir(join(folder, 'out', 'second', 'copy'))).sort()).toEqual(['p01.out', 'p03.out']);
    expect(await readFile(join(folder, 'out', 'first', 'copy', 'p02.out'), 'utf8')).toBe('item 2\n');
  });
});

describe('what was written wrongly', patience, () => {
  it.each<[string, (folder: string) => Promise<readonly string[]>, readonly string[], readonly string[]]>([
    [
      'a pipeline that is no text',
      async (folder) => {
        await writeFile(
          join(folder, 'binary.yaml'),
          Buffer.from(Array.from({ length: 4096 }, (_, at) => at % 256)),
        );
        return ['pipelines', 'validate', 'binary.yaml'];
      },
      ['binary.yaml is not a text file'],
      ['binary.yaml:1'],
    ],
    [
      'a pipeline with hundreds of faults',
      async (folder) => {
        const stages = Array.from({ length: 300 }, (_, at) => `  s${at}: { tool: none@1 }\n`).join('');
        await writeFile(
          join(folder, 'long.yaml'),
          `gantry: pipeline/v1\nname: long\nsource: { type: file, axes: [p] }\nstages:\n${stages}`,
        );
        return ['pipelines', 'validate', 'long.yaml'];
      },
      ['more problems', '--tools DIR'],
      ['s299'],
    ],
    [
      'a file as the input',
      async () => [
        'run',
        'copy.yaml',
        '--input',
        'items/p01.txt',
        '--pattern',
        'p{p:dd}.txt',
        '--tools',
        testTools,
      ],
      ['p01.txt is not a folder', '/items.'],
      ['right to read'],
    ],
    [
      'a source that there is not',
      async () => [
        'run',
        'copy.yaml',
        '--input',
        'itmes=items',
        '--pattern',
        'p{p:dd}.txt',
        '--tools',
        testTools,
      ],
      ['no source `itmes`', '--input items=DIR'],
      [],
    ],
    [
      'a parameter of the command line',
      async () => [...copyWords, '--param', 'first.wait=soon'],
      ['--param first.wait=soon: ', 'cannot be "soon"'],
      ['copy.yaml:'],
    ],
    [
      'a folder of tools that there is not',
      async () => ['tools', '--tools', '/no/such/folder'],
      ['There is no folder /no/such/folder'],
      [],
    ],
    [
      'several tools',
      async (folder) => {
        for (const name of ['a', 'b']) {
          await mkdir(join(folder, 'mine', name), { recursive: true });
          await writeFile(join(folder, 'mine', name, 'tool.yaml'), 'gantry: tool/v1\n');
        }
        return ['tools', '--tools', 'mine'];
      },
      ['mine/a/tool.yaml:', 'mine/b/tool.yaml:'],
      [],
    ],
    [
      'a folder for a source of one file',
      async (folder) => {
        await writeFile(
          join(folder, 'one.yaml'),
          'gantry: pipeline/v1\nname: one\nsources: { image: { type: file, axes: [] } }\nstages: { first: { tool: copy@1, inputs: { item: image } } }\n',
        );
        return ['run', 'one.yaml', '--input', 'items', '--tools', testTools];
      },
      ['`image` has no axes: it is one file', '--input image='],
      ['Add --pattern'],
    ],
  ])('%s', async (_, prepare, said, unsaid) => {
    const folder = await makeCopyProject(2, 0);
    const ended = await gantry(await prepare(folder), { folder });
    expect(ended.code, ended.stderr).toBe(2);
    for (const text of said) expect(ended.stderr).toContain(text);
    for (const text of unsaid) expect(ended.stderr).not.toContain(text);
    expect(ended.stderr.split('\n').length).toBeLessThan(60);
  });

  it('one name among several keeps nobody from reading of the others', async () => {
    const folder = await makeCopyProject(1, 0);
    const run = await gantry(copyWords, { folder });
    expect(run.code, run.stderr).toBe(0);
    const words = ['explain', '1/first/p=9', '1/first/p=1', '--data-dir', 'data'];
    const ended = await gantry(words, { folder });
    expect(ended.code).toBe(2);
    expect(ended.stdout).toContain('first (copy@');
    expect(ended.stderr).toContain('has no task at p 9');
  });
});

it.runIf(isRoot)(
  'config says where a data directory went that the database’s user cannot enter',
  async () => {
    const folder = await makeFolder();
    await chmod(folder, 0o700);
    const ended = await gantry(['config', '--json'], { folder });
    const { dataDir } = JSON.parse(ended.stdout) as { dataDir: { value: string; lies: string } };
    expect(dataDir).toMatchObject({
      value: join(folder, '.local/share/gantry'),
      lies: expect.stringMatching(/^\/var\/lib\/gantry\/[0-9a-f]{16}$/) as string,
    });
    expect((await gantry(['config'], { folder })).stdout).toContain(dataDir.lies);
  },
);
