/**
 * `npm start`: renders a small synthetic specimen as 16-bit tiles and runs the example pipeline over it, from the
 * folder of tiles to the mosaic, the pyramid and the table. Everything it makes lies in `demo/`.
 */
import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { LARGE_GRID } from '../bench/specimen.ts';
import { SPECIMEN_PATTERN, writeSpecimen } from '../bench/write-specimen.ts';
import { repositoryRoot } from './repository.ts';

const folder = join(repositoryRoot, 'demo');
const tiles = join(folder, 'tiles');
const results = join(folder, 'results');
const pipeline = join('examples', 'stitch-and-measure', 'pipeline.yaml');

console.log('Gantry demo: a folder of tiles becomes a mosaic, a pyramid and a table.\n');
const written = await writeSpecimen(tiles, {
  ...LARGE_GRID,
  rows: 4,
  columns: 5,
  tileWidth: 512,
  tileHeight: 384,
});
console.log(`Rendered ${written.length} tiles of a synthetic specimen in ${show(tiles)}.\n`);

const args = ['run', pipeline, '--input', show(tiles), '--pattern', SPECIMEN_PATTERN, '--out', show(results)];
console.log(`$ npx gantry ${args.map(quote).join(' ')}`);
const launcher = join(repositoryRoot, 'packages', 'cli', 'bin', 'gantry.mjs');
const { status } = spawnSync(process.execPath, [launcher, ...args], {
  cwd: repositoryRoot,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 3);

const table = join(results, 'features', 'table', await findTable());
const lines = (await readFile(table, 'utf8')).trim().split(/\r?\n/);
console.log(`\n${lines.length - 1} objects were measured. Look at the results:`);
for (const [what, path] of [
  ['the mosaic (OME-TIFF)', join(results, 'assemble', 'mosaic')],
  ['the pyramid (Deep Zoom)', join(results, 'pyramid', 'pyramid')],
  ['the table (CSV)', table],
] as const) {
  console.log(`  ${what.padEnd(24)} ${show(path)}`);
}
console.log('\nYour own tiles:');
console.log(
  `  npx gantry run ${pipeline} --input FOLDER --pattern 'img_r{row:ddd}_c{col:ddd}.tif' --out RESULTS`,
);

function show(path: string): string {
  return relative(repositoryRoot, path);
}

function quote(arg: string): string {
  return /^[\w./:@-]+$/.test(arg) ? arg : `'${arg}'`;
}

async function findTable(): Promise<string> {
  const [name] = (await readdir(join(results, 'features', 'table'))).filter((file) => file.endsWith('.csv'));
  if (name === undefined) throw new Error(`There is no table in ${join(results, 'features', 'table')}.`);
  return name;
}
