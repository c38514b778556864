/**
 * `npm run bench -- NAME --json`: runs one benchmark of `bench/`. Progress goes to standard error; with `--json`
 * the last line of standard output is `{"bench":NAME,"figures":{…},"evidence":{…}}`.
 * What is measured, and how, is left to `bench/NAME.ts`, which exports `run`.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { listPrograms, printPrograms } from './programs.ts';
import { repositoryRoot } from './repository.ts';

/** What a benchmark is given. */
export interface BenchOptions {
  /** Says how far it is; a line on standard error. */
  readonly progress: (line: string) => void;
  /** `--name=value` arguments other than `--json`, such as a smaller size while trying it. */
  readonly settings: Readonly<Record<string, string>>;
}

/** What a benchmark answers: figures by name, and what they were computed from. */
export interface BenchResult {
  readonly figures: Readonly<Record<string, number>>;
  readonly evidence: unknown;
}

interface BenchModule {
  readonly run?: (options: BenchOptions) => Promise<BenchResult>;
}

const { values, positionals, tokens } = parseArgs({
  allowPositionals: true,
  strict: false,
  tokens: true,
  options: { json: { type: 'boolean' } },
});
const [name] = positionals;
const program = listPrograms('bench').find((candidate) => candidate.name === name);
if (program === undefined || positionals.length !== 1) {
  printPrograms('bench', 'npm run bench -- NAME --json', name);
  process.exit(2);
}

const settings: Record<string, string> = {};
for (const token of tokens) {
  if (token.kind !== 'option' || token.name === 'json') continue;
  if (token.value === undefined) {
    console.error(`--${token.name} needs a value, as --${token.name}=VALUE.`);
    process.exit(2);
  }
  settings[token.name] = token.value;
}

const { run } = (await import(pathToFileURL(join(repositoryRoot, program.file)).href)) as BenchModule;
if (run === undefined) throw new Error(`${program.file} exports no function named run.`);
const { figures, evidence } = await run({ progress: (line) => console.error(line), settings });
for (const [figure, value] of Object.entries(figures)) {
  if (!Number.isFinite(value))
    throw new Error(`The figure ${figure} of ${program.file} is ${value}, not a number.`);
  if (values['json'] !== true) console.log(`${figure.padEnd(40)} ${value}`);
}
if (values['json'] === true) console.log(JSON.stringify({ bench: program.name, figures, evidence }));
