/** A place for people, in short: `row 1, col 2`; a dash where there are no axes. */
export function formatPlaceWords(place: Readonly<Record<string, number>>): string {
  const words = Object.entries(place).map(([axis, value]) => `${axis} ${value}`);
  return words.length === 0 ? '–' : words.join(', ');
}
