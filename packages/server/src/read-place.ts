/** Places in addresses: `row=1,col=2`; empty where there are no axes. That it is written so is left to the schema. */
export function readPlace(text: string): Record<string, number> {
  if (text === '') return {};
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [axis = '', value = ''] = part.split('=');
      return [axis, Number(value)];
    }),
  );
}

/** Boxes in addresses: `t=3,row=10..19`, the first and the last coordinate of an axis. */
export function readBox(text: string): Record<string, readonly [number, number]> {
  if (text === '') return {};
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [axis = '', range = ''] = part.split('=');
      const [first = '', last = first] = range.split('..');
      return [axis, [Number(first), Number(last)]];
    }),
  );
}
