/** Where a text stands in a log's lines. */

/** Indices of the lines that have the text, in any case; none for an empty one. */
export function findLines(lines: readonly { readonly text: string }[], text: string): number[] {
  if (text === '') return [];
  const wanted = text.toLowerCase();
  return lines.flatMap((line, index) => (line.text.toLowerCase().includes(wanted) ? [index] : []));
}

/** The line as parts that are the text, and those between. */
export function splitAtText(
  line: string,
  text: string,
): { readonly text: string; readonly found: boolean }[] {
  if (text === '') return [{ text: line, found: false }];
  const [whole, wanted] = [line.toLowerCase(), text.toLowerCase()];
  // A few letters change their length with their case: then nothing is marked.
  if (whole.length !== line.length) return [{ text: line, found: false }];
  const parts: { text: string; found: boolean }[] = [];
  let from = 0;
  for (let at = whole.indexOf(wanted); at >= 0; at = whole.indexOf(wanted, from)) {
    if (at > from) parts.push({ text: line.slice(from, at), found: false });
    parts.push({ text: line.slice(at, at + wanted.length), found: true });
    from = at + wanted.length;
  }
  if (from < line.length || parts.length === 0) parts.push({ text: line.slice(from), found: false });
  return parts;
}
