/** `gantry edit`, in a data directory where nothing runs: what it says, what is run again, and what it refuses. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { editedRunSchema, revisionSummarySchema } from '@gantry/model';
import { copyWords, gantry, makeCopyProject, testTools, type Ended } from './gantry-process.ts';

const effectsOf = ({ stdout }: Ended) =>
  editedRunSchema.parse(JSON.parse(stdout)).effects.map(({ stage, again, follow, more, fewer, left }) => ({
    stage,
    ...Object.fromEntries(
      Object.entries({ again, follow, more, fewer, left }).filter(([, count]) => count > 0),
    ),
  }));

describe('gantry edit', () => {
  it('changes a run, whose next resume runs what depends on it', { timeout: 240_000 }, async () => {
    const folder = await makeCopyProject(3, 0);
    const ask = (...words: string[]): Promise<Ended> => gantry([...words, '--data-dir', 'data'], { folder });
    const resume = async (): Promise<void> => {
      const { code, stderr } = await ask('run', '--resume', '1', '--tools', testTools);
      expect({ code, stderr }).toMatchObject({ code: 0 });
    };
    const attempts = async (stage: string): Promise<number> => {
      const { stdout } = await ask('explain', `1/${stage}/p=1`, '--json');
      return (JSON.parse(stdout) as { attempts: unknown[] }[])[0]?.attempts.length ?? 0;
    };
    expect((await gantry(copyWords, { folder })).code).toBe(0);

    const dry = await ask('edit', '1', '--set', 'first.wait=1', '--dry-run');
    expect(dry.stdout).toContain('first.wait: 0 → 1');
    expect(dry.stdout).toMatch(/first +3 tasks again/);
    expect(dry.stdout).toMatch(/second +3 tasks where what they read comes out differently/);
    expect((await ask('edit', '1')).stdout).not.toContain('first.wait');

    const edited = await ask('edit', '1', '--set', 'first.wait=1', '--note', 'slower');
    expect(edited.stderr).toContain('gantry run --resume 1');
    expect(edited.code).toBe(0);
    await resume();
    // It copies as before, so nothing follows.
    expect([await attempts('first'), await attempts('second')]).toEqual([2, 1]);

    const removed = await ask('edit', '1', '--remove', 'first', '--region', 'p=1..2', '--json');
    expect(effectsOf(removed)).toEqual([
      { stage: 'second', again: 2, fewer: 1 },
      { stage: 'first', left: 3 },
    ]);
    await resume();
    expect(await attempts('second')).toBe(2);

    const text = await readFile(join(folder, 'copy.yaml'), 'utf8');
    await writeFile(
      join(folder, 'more.yaml'),
      `${text}  third: { tool: copy@1, inputs: { item: second.copy } }\n`,
    );
    const added = await ask('edit', '1', '--pipeline', 'more.yaml', '--region', 'p=all', '--json');
    expect(effectsOf(added)).toMatchObject([
      { stage: 'first', more: 3 },
      // The one that is back, too: what it had read is read no more.
      { stage: 'second', again: 3, more: 1 },
      { stage: 'third', more: 3 },
    ]);
    await resume();

    const revisions = revisionSummarySchema
      .array()
      .parse(JSON.parse((await ask('edit', '1', '--json')).stdout));
    expect(revisions.map(({ revision, note, redone }) => ({ revision, note, redone }))).toEqual([
      { revision: 4, note: null, redone: 3 },
      { revision: 3, note: null, redone: 2 },
      { revision: 2, note: 'slower', redone: 3 },
      { revision: 1, note: null, redone: 0 },
    ]);
  });

  it('names what is wrong with it, and its mend', { timeout: 120_000 }, async () => {
    const folder = await makeCopyProject(1, 0);
    const ask = (...words: string[]): Promise<Ended> => gantry([...words, '--data-dir', 'data'], { folder });
    expect((await gantry(copyWords, { folder })).code).toBe(0);
    for (const [words, message] of [
      [['--set', 'first.wiat=1'], 'has no parameter `wiat`'],
      [['--set', 'first'], 'Write --set STAGE.NAME=VALUE'],
      [['--remove', 'frist'], 'there is no stage `frist`'],
      [['--region', 'q=1..2'], 'has no axis q'],
      [['--set', 'first.wait=2', '--base', '7'], 'has no revision 7'],
    ] as const) {
      const { code, stderr } = await ask('edit', '1', ...words);
      expect(stderr).toContain(message);
      expect({ words, code }).toEqual({ words, code: 2 });
    }
  });
});
