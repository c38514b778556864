/**
 * Fails when a production dependency, of any platform, has a licence that is not on the list of permissive ones.
 * Reads package-lock.json, in which npm records the licence of every package.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeLicences, type LockedPackage } from './licences.ts';
import { repositoryRoot } from './repository.ts';

const lock = JSON.parse(readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockedPackage>;
};
const { checked, problems } = judgeLicences(lock.packages);
for (const problem of problems) console.error(problem);
if (problems.length === 0) console.log(`${checked} production dependencies have permissive licences`);
process.exitCode = problems.length === 0 ? 0 : 1;
