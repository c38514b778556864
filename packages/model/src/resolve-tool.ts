/**
 * Which tool a stage means: `stitch@1` is the highest 1.x.y that is there. Where tools come from is left to callers.
 */
import { GantryError } from './errors.ts';
import { listNames, suggestName } from './near-names.ts';
import type { ToolManifest } from './tool-manifest.ts';

/**
 * @param version `1`, `1.2`, `1.2.3` or a pre-release in full; pre-releases are found only if named in full.
 * @throws GantryError `unknown-tool` or `unknown-tool-version`, with the names or versions that there are.
 */
export function resolveTool(
  reference: { readonly name: string; readonly version: string },
  tools: readonly ToolManifest[],
): ToolManifest {
  const named = tools.filter((tool) => tool.name === reference.name);
  if (named.length === 0)
    throw new GantryError('unknown-tool', `there is no tool \`${reference.name}\``, {
      mend: `${suggestName(reference.name, new Set(tools.map((tool) => tool.name)))} A folder with tools of your own is named with --tools DIR.`,
    });
  const exact = named.find((tool) => tool.version === reference.version);
  const fitting = named.filter(
    (tool) => !tool.version.includes('-') && tool.version.startsWith(`${reference.version}.`),
  );
  const [highest] = fitting.sort((a, b) => compareVersions(b.version, a.version));
  const found = exact ?? highest;
  if (found !== undefined) return found;
  const versions = named.map((tool) => tool.version).sort((a, b) => compareVersions(b, a));
  throw new GantryError(
    'unknown-tool-version',
    `there is no version ${reference.version} of the tool \`${reference.name}\``,
    { mend: `There ${versions.length === 1 ? 'is' : 'are'} ${listNames(versions, 'and')}.` },
  );
}

/** Order of semantic versions (semver.org, clause 11): negative where `a` is lower; a pre-release is below its release. */
export function compareVersions(a: string, b: string): number {
  const [coreA, preA] = splitVersion(a);
  const [coreB, preB] = splitVersion(b);
  const core = compareParts(coreA, coreB);
  if (core !== 0) return core;
  if (preA.length === 0 || preB.length === 0) return preB.length - preA.length;
  return compareParts(preA, preB);
}

function splitVersion(version: string): [string[], string[]] {
  const dash = version.indexOf('-');
  if (dash < 0) return [version.split('.'), []];
  return [version.slice(0, dash).split('.'), version.slice(dash + 1).split('.')];
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const one = a[index];
    const other = b[index];
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1;
    if (one === other) continue;
    const numbers = [/^\d+$/.test(one), /^\d+$/.test(other)];
    if (numbers[0] && numbers[1]) return Number(one) - Number(other);
    if (numbers[0] !== numbers[1]) return numbers[0] === true ? -1 : 1;
    return one < other ? -1 : 1;
  }
  return 0;
}
