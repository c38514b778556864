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
