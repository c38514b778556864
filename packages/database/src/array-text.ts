/**
 * Arrays as PostgreSQL reads them, for parameters of many values: `pg` looks at each value for what it might be,
 * which takes longer than the database takes to read them.
 */

/** `null` is NULL; numbers and booleans are written as they are, all else as quoted text. */
export function arrayText(values: readonly (number | string | boolean | null)[]): string {
  // JSON differs in nothing but its brackets and the names that it has for some characters.
  const json = JSON.stringify(values);
  return json.includes('\\') && namesCharacters.test(json)
    ? `{${values.map((value) => (typeof value === 'string' ? `"${value.replace(/["\\]/g, '\\$&')}"` : String(value))).join(',')}}`
    : `{${json.slice(1, -1)}}`;
}

/** `\n` and the like, which stand for `n` in an array of PostgreSQL. */
const namesCharacters = /\\[^"\\]/;
