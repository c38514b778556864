/** The sentence of any thrown thing, for the messages of reports. */
export function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
