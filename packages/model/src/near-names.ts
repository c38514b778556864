/**
 * "Did you mean": the known names nearest to one that is unknown. How an error uses them is left to its writer.
 */

/**
 * The nearest names within a small edit distance (a third of the longer one's length, at least 2): those of equal
 * distance, at most three. Letters' case counts nothing, so `Sigma` finds `sigma`; so does a name that begins with the other.
 */
function nearNames(name: string, known: Iterable<string>): string[] {
  const wanted = name.toLowerCase();
  const scored: { readonly candidate: string; readonly distance: number }[] = [];
  for (const candidate of known) {
    const folded = candidate.toLowerCase();
    const limit = Math.max(2, Math.floor(Math.max(wanted.length, folded.length) / 3));
    const prefix =
      Math.min(wanted.length, folded.length) >= 3 && (wanted.startsWith(folded) || folded.startsWith(wanted));
    const distance = prefix ? 1 : editDistance(wanted, folded);
    // A name of one or two letters is within distance 2 of everything, which would be no help.
    if (distance <= limit && (distance === 0 || distance < Math.min(wanted.length, folded.length)))
      scored.push({ candidate, distance });
  }
  scored.sort((a, b) => a.distance - b.distance);
  const best = scored.filter((entry) => entry.distance === scored[0]?.distance);
  return best.slice(0, 3).map((entry) => entry.candidate);
}

/** The mend for an unknown name: the nearest known ones, or all where none is near. */
export function suggestName(name: string, known: Iterable<string>): string {
  const all = [...known];
  const near = nearNames(name, all);
  if (near.length > 0) return `Did you mean ${listNames(near, 'or')}?`;
  if (all.length === 0) return 'There is none to name.';
  return all.length === 1
    ? `The only one is ${listNames(all, 'and')}.`
    : `There are ${listNames(all, 'and')}.`;
}

/** `a`, `b` and `c`: quoted names in a sentence; more than twelve are cut short. */
export function listNames(names: readonly string[], conjunction: 'and' | 'or'): string {
  const shown = names.slice(0, 12).map((name) => `\`${name}\``);
  const hidden = names.length - shown.length;
  if (hidden > 0) shown.push(`${hidden} more`);
  const last = shown.at(-1) ?? '';
  return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} ${conjunction} ${last}`;
}

/** Optimal string alignment distance: insert, delete, replace, and swap of neighbours cost one each. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      let best = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + cost,
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        best = Math.min(best, at(beforePrevious, column - 2) + 1);
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
