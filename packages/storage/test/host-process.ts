/**
 * A program of the data directory's tests: opens the directory in its first argument, says so in a line of JSON,
 * and holds it until it is killed; or says which error there was, and ends.
 */
import { isGantryError } from '@gantry/model';
import { openDataDirectory } from '../src/index.ts';

const [path] = process.argv.slice(2) as [string];
try {
  const { id } = await openDataDirectory(path, { explicit: true });
  process.stdout.write(`${JSON.stringify({ id, pid: process.pid })}\n`);
  setInterval(() => {}, 60_000);
} catch (error) {
  if (!isGantryError(error)) throw error;
  process.stdout.write(`${JSON.stringify({ code: error.code, message: error.message })}\n`);
}
