/**
 * Arrays as PostgreSQL reads them, for parameters of many values: `pg` looks at each value for what it might be,
 * which takes longer than the database takes to read them.
 */

/** `null` is NULL; numbers and booleans are written as they are, all else as quoted text. */
export function arrayText(values: readonly (number | string | boolean | null)[]): string {
  let text = '{';
  for (const value of values) {
    if (text.length > 1) text += ',';
    if (typeof value === 'string') text += `"${value.replace(special, '\\$&')}"`;
    else text += value === null ? 'NULL' : String(value);
  }
  return `${text}}`;
}

const special = /["\\]/g;
