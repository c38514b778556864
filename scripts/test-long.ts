/**
 * `npm run test:long -- NAME --seed N`: runs a long test of `tests/long/`, with its arguments handed on.
 * `--rotate` takes the next one in turn, by the number of commits, with a seed made from the commit, and gives it
 * `--minutes` (15) at most. What a long test does is left to its file: it exits 0 when it passes.
 */
import { execFileSync, spawn } from 'node:child_process';
import { listPrograms, printPrograms, type Program } from './programs.ts';
import { repositoryRoot } from './repository.ts';

const folder = 'tests/long';

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: repositoryRoot, encoding: 'utf8' }).trim();
}

/** Runs a program in a process group of its own, so that all it started ends with it. */
function runProgram(program: Program, args: readonly string[], minutes: number | undefined): Promise<number> {
  console.log(`gantry: node ${program.file} ${args.join(' ')}`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program.file, ...args], {
      cwd: repositoryRoot,
      stdio: 'inherit',
      detached: true,
    });
    const end = () => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    };
    const limit =
      minutes === undefined
        ? undefined
        : setTimeout(() => {
            console.log(`gantry: ${program.name} is not done within ${minutes} min, which is a failure.`);
            end();
          }, minutes * 60_000);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve(code ?? 1);
    });
  });
}

const args = process.argv.slice(2);
const programs = listPrograms(folder);
if (args[0] === '--rotate') {
  const minutes = args[1] === '--minutes' ? Number(args[2]) : 15;
  const program = programs[Number(git('rev-list', '--count', 'HEAD')) % programs.length];
  if (program === undefined) {
    console.log(`gantry: there is no long test in ${folder}/ yet`);
  } else {
    const seed = Number.parseInt(git('rev-parse', 'HEAD').slice(0, 7), 16);
    process.exitCode = await runProgram(program, ['--seed', String(seed)], minutes);
  }
} else {
  const program = programs.find(({ name }) => name === args[0]);
  if (program === undefined) {
    printPrograms(folder, 'npm run test:long -- NAME --seed N', args[0]);
    process.exitCode = 2;
  } else {
    process.exitCode = await runProgram(program, args.slice(1), undefined);
  }
}
