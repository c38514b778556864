/**
 * Which licences production dependencies may have, and the judgement of a lock file by that.
 */

const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MPL-2.0',
  'PostgreSQL',
  'Python-2.0',
  'Unlicense',
]);

/** Packages that may have one licence more, each with the reason. */
const exceptions: readonly { readonly name: RegExp; readonly licence: string; readonly reason: string }[] = [
  {
    name: /^@img\/sharp-libvips-/,
    licence: 'LGPL-3.0-or-later',
    reason: 'libvips as a dynamic library in a package of its own, unchanged and replaceable',
  },
  {
    name: /^@img\/sharp-(wasm32|win32-)/,
    licence: 'LGPL-3.0-or-later',
    reason: 'libvips on platforms that Gantry does not run on; in the lock file, and never installed',
  },
];

/** The parts of an entry of package-lock.json that are used. */
export interface LockedPackage {
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
}

/**
 * Judges the `packages` of a lock file.
 *
 * @returns how many production dependencies there are, and a sentence for each that is not acceptable.
 */
export function judgeLicences(packages: Readonly<Record<string, LockedPackage>>): {
  checked: number;
  problems: string[];
} {
  const problems: string[] = [];
  let checked = 0;
  for (const [path, { license, dev, link }] of Object.entries(packages)) {
    const name = path.split('node_modules/').at(-1);
    // Our own packages are the entries outside node_modules, and the links to them.
    if (name === undefined || !path.includes('node_modules/') || dev === true || link === true) continue;
    checked += 1;
    if (license === undefined) problems.push(`${path} names no licence.`);
    else if (!isAcceptable(license, exceptions.find((exception) => exception.name.test(name))?.licence)) {
      problems.push(`${path} has the licence ${license}, which is not on the list in scripts/licences.ts.`);
    }
  }
  return { checked, problems };
}

/** Judges an SPDX expression: one alternative of OR must do, every part of AND. Nested mixtures are refused. */
function isAcceptable(expression: string, also: string | undefined): boolean {
  if (expression.includes(' OR ') && expression.includes(' AND ')) return false;
  const isListed = (id: string) => permissive.has(id.trim()) || id.trim() === also;
  return expression
    .replace(/[()]/g, ' ')
    .split(' OR ')
    .some((part) => part.split(' AND ').every(isListed));
}
