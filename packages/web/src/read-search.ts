/** Reads the search part of an address: texts and numbers as somebody may have typed them. */

export interface Search {
  /** Undefined where it is empty or missing. */
  readonly text: (name: string) => string | undefined;
  /** Undefined where it is no finite number. */
  readonly number: (name: string) => number | undefined;
  readonly oneOf: <const T extends string>(name: string, values: readonly T[]) => T | undefined;
}

export function readSearch(search: Readonly<Record<string, unknown>>): Search {
  const text = (name: string): string | undefined => {
    const value = search[name];
    if (typeof value === 'number') return String(value);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return {
    text,
    number(name) {
      const value = Number(text(name));
      return text(name) !== undefined && Number.isFinite(value) ? value : undefined;
    },
    oneOf: (name, values) => values.find((value) => value === text(name)),
  };
}
