import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callTool } from '../call-tool.ts';

const tool = join(import.meta.dirname, 'noisy-tool');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-worker-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Session {
  answers: Record<string, unknown>[];
  stderr: string;
  code: number | null;
}

/** Sends text as it is, ends stdin, and collects what comes until the process ends. */
async function talk(text: string): Promise<Session> {
  const child = spawn(process.execPath, [join(tool, 'main.ts')], { stdio: 'pipe' });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
  child.stdin.end(text);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { answers: lines.map((line) => JSON.parse(line) as Record<string, unknown>), stderr, code };
}

const input = (name: string): object => ({ path: `/data/${name}`, name, place: { row: 1 }, size: 3 });

function request(id: string, params: object, changes: object = {}): string {
  const inputs = { one: input('a.tif'), list: [input('b.tif')] };
  return JSON.stringify({
    id,
    folder,
    at: {},
    inputs,
    params,
    outputs: { out: join(folder, id) },
    ...changes,
  });
}

describe('the worker loop', () => {
  it('answers each request in order and ends with stdin', async () => {
    const { answers, stderr, code } = await talk(
      `${request('1', { act: 'fine' })}\n\n${request('2', { act: 'fine', times: 7 })}\r\n${request('3', { act: 'fine' })}`,
    );
    expect(answers).toEqual(['1', '2', '3'].map((id) => ({ id, exitCode: 0 })));
    expect(stderr).toBe('doing fine 2 times\ndoing fine 7 times\ndoing fine 2 times\n');
    expect(code).toBe(0);
    expect(await readFile(join(folder, '1'), 'utf8')).toBe('["a.tif",null,1]');
  });

  it('survives lines that are no requests, and says what is wrong with them', async () => {
    const bad = [
      'garbage',
      '[1]',
      'null',
      '{"id":7}',
      request('no-param', {}),
      request('misspelt', { act: 'fine', tims: 3 }),
      request('range', { act: 'fine', times: 0 }),
      request('no-input', { act: 'fine' }, { inputs: { list: [input('b')] } }),
      request('no-list', { act: 'fine' }, { inputs: { one: input('a'), list: [] } }),
      request('two', { act: 'fine' }, { inputs: { one: [input('a'), input('b')], list: [input('b')] } }),
      request('no-output', { act: 'fine' }, { outputs: {} }),
      request('bad-resources', { act: 'fine' }, { resources: { cpu: -1 } }),
    ];
    const { answers, code } = await talk(`${bad.join('\n')}\n${request('good', { act: 'fine' })}\n`);
    expect(code).toBe(0);
    expect(answers.map((answer) => [answer['id'], answer['exitCode']])).toEqual([
      ...['', '', '', '', 'no-param', 'misspelt', 'range'].map((id) => [id, 1]),
      ...['no-input', 'no-list', 'two', 'no-output', 'bad-resources'].map((id) => [id, 1]),
      ['good', 0],
    ]);
    const errors: Record<string, string> = Object.fromEntries(
      answers.map((answer) => [String(answer['id']), String(answer['error'])]),
    );
    expect(errors['misspelt']).toMatch(/"tims".*tool\.yaml/);
    expect(errors['range']).toMatch(/times: /);
    expect(errors['no-input']).toMatch(/"one" is missing/);
    expect(errors['two']).toMatch(/2 were given/);
  });

  it('keeps stdout for answers, whatever libraries and threads print', async () => {
    const { answers, stderr } = await talk(`${request('p', { act: 'print' })}\n`);
    expect(answers).toEqual([{ id: 'p', exitCode: 0 }]);
    for (const text of ['"id":"x"', 'not an answer', 'from a thread']) expect(stderr).toContain(text);
  });

  it('answers with the error and the mend, and goes on', async () => {
    const { answers, stderr, code } = await talk(
      `${request('r', { act: 'refuse' })}\n${request('t', { act: 'throw' })}\n${request('f', { act: 'fine' })}\n`,
    );
    expect(answers).toEqual([
      { id: 'r', exitCode: 1, error: 'The tile is odd (file: /data/t.tif). Even it out.' },
      { id: 't', exitCode: 1, error: 'TypeError: a fault of ours' },
      { id: 'f', exitCode: 0 },
    ]);
    expect(stderr).toContain('noisy-tool/main.ts'); // the stack of the fault, and of that alone
    expect(stderr).not.toContain('GantryError');
    expect(code).toBe(0);
  });

  it.skipIf(!existsSync('/dev/full'))(
    'tells of a full disk by its folder, and has no stack for it',
    async () => {
      const { answers, stderr, code } = await talk(
        `${request('full', { act: 'fill' })}\n${request('f', { act: 'fine' })}\n`,
      );
      expect(answers).toEqual([
        {
          id: 'full',
          exitCode: 1,
          error: `The disk of ${folder} is full. Free some space on it, and try again what failed.`,
        },
        { id: 'f', exitCode: 0 },
      ]);
      expect(stderr).not.toContain('ENOSPC');
      expect(stderr).not.toContain('    at ');
      expect(code).toBe(0);
    },
  );

  it('fails the request in flight and ends when an error escapes', async () => {
    const { answers, code } = await talk(
      `${request('s', { act: 'stray' })}\n${request('f', { act: 'fine' })}\n`,
    );
    expect(answers).toEqual([{ id: 's', exitCode: 1, error: 'Error: nobody catches this' }]);
    expect(code).toBe(1);
  });

  it('tells progress, a few times a second', async () => {
    const result = await callTool(tool, {
      inputs: { one: '/data/a.tif', list: ['/data/b.tif'] },
      params: { act: 'slow' },
      outputs: { out: join(folder, 'slow') },
    });
    expect(result).toMatchObject({ exitCode: 0, error: undefined, log: 'doing slow 2 times\n' });
    expect(result.progress.length).toBeGreaterThanOrEqual(2);
    expect(result.progress.length).toBeLessThanOrEqual(4 * result.seconds + 1);
    expect([...result.progress].sort((a, b) => a - b)).toEqual(result.progress);
  });

  it('takes line separators that JSON allows inside a string', async () => {
    const odd = 'a\u2028b.tif';
    const { answers } = await talk(
      `${request('u', { act: 'fine' }, { inputs: { one: input(odd), list: [input('b')] } })}\n`,
    );
    expect(answers).toEqual([{ id: 'u', exitCode: 0 }]);
    expect(await readFile(join(folder, 'u'), 'utf8')).toContain(odd);
  });
});
