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

/** Parts of an address that are no plain texts: what cannot be read is left out, and nothing that is left is undefined. */
export function mapOf<T>(
  value: unknown,
  read: (one: unknown) => T | undefined,
): Record<string, T> | undefined {
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value).flatMap(([key, one]) => {
    const found = read(one);
    return found === undefined ? [] : [[key, found] as const];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An address may have a number where a text is meant. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' ? value : undefined;
}
