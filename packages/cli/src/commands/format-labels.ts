/** Labels in one cell of a table. */
import { makePrintable } from '../terminal.ts';

export function formatLabels(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => makePrintable(`${key}=${value}`))
    .join(' ');
}
