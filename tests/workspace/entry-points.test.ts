/**
 * Every source file loads in plain Node, as it does for users: Vitest transforms what it runs, so a forgotten
 * `import type`, or syntax that cannot be stripped, passes every other test and fails at the first start.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listFiles, listWorkspaces, repositoryRoot } from '../../scripts/repository.ts';

const run = promisify(execFile);

/** Loads and runs modules in a Node of its own; rejects with what Node says. */
async function evaluate(...files: string[]): Promise<void> {
  await runModule(files.map(importOf).join('\n'));
}

/**
 * Loads modules and all that they import, and links them, without running any: Node links the whole graph before
 * it runs the first module, and the first one here ends the process.
 */
async function link(...files: string[]): Promise<void> {
  await runModule(
    ['import "data:text/javascript,process.exit(0)";', ...files.map(importOf), 'process.exit(3);'].join('\n'),
  );
}

function importOf(file: string): string {
  return `import ${JSON.stringify(pathToFileURL(join(repositoryRoot, file)).href)};`;
}

async function runModule(source: string): Promise<void> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  await run(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: repositoryRoot,
    env: { ...env, NODE_PATH: '' },
  });
}

const entries = listWorkspaces().flatMap(({ folder, manifest }) =>
  Object.values(manifest.exports ?? {}).map((path) => join(folder, path)),
);
const sources = listFiles(
  'packages/*/src/**/*.ts',
  'tools/**/*.ts',
  'scripts/**/*.ts',
  'examples/**/*.ts',
  'bench/**/*.ts',
  'tests/long/**/*.ts',
).filter((file) => !file.endsWith('.test.ts') && !file.endsWith('.d.ts'));
const programs = [
  ...listWorkspaces().flatMap(({ folder, manifest }) =>
    Object.values(manifest.bin ?? {}).map((path) => join(folder, path)),
  ),
  ...sources.filter((file) => file.endsWith('/main.ts')),
];

describe('plain Node', () => {
  it.each(entries)('loads and runs %s', async (file) => {
    await evaluate(file);
  });

  it.each([...new Set(programs)])('links the program %s', async (file) => {
    await link(file);
  });

  it('links every source file, those that are imported on demand or run as a worker among them', async () => {
    expect(sources.length).toBeGreaterThan(entries.length);
    await link(...sources);
  });
});

describe('the check itself', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gantry-entry-'));
    await writeFile(
      join(folder, 'shape.ts'),
      'export interface Shape { side: number }\nexport const one = 1;\n',
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const linkSource = async (source: string) => {
    const file = join(folder, 'main.ts');
    await writeFile(file, source);
    await runModule(
      `import "data:text/javascript,process.exit(0)";\nimport ${JSON.stringify(pathToFileURL(file).href)};`,
    );
  };

  it('does not run what it links', async () => {
    await linkSource("import { one } from './shape.ts';\nthrow new Error(`ran ${one}`);\n");
  });

  it('finds a type that is imported as a value', async () => {
    await expect(
      linkSource("import { Shape } from './shape.ts';\nexport const side = (shape: Shape) => shape.side;\n"),
    ).rejects.toThrow(/does not provide an export named 'Shape'/);
  });

  it('finds syntax that cannot be stripped', async () => {
    await expect(linkSource('export enum Shade { Dark }\n')).rejects.toThrow(/enum is not supported/);
  });
});
