/** Numbers, durations, sizes and places as people read them. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** `12,345` */
export function formatCount(value: number): string {
  return whole.format(value);
}

/** `7`, `99`, `1k`, `12k`, `1M`: three characters at most. */
export function formatShort(count: number): string {
  if (count < 1000) return String(count);
  if (count < 1_000_000) return `${Math.floor(count / 1000)}k`;
  return `${Math.floor(count / 1_000_000)}M`;
}

/** `3 tasks`, `1 task` */
export function formatThings(count: number, thing: string): string {
  return `${formatCount(count)} ${thing}${count === 1 ? '' : 's'}`;
}

/** `850 ms`, `4.2 s`, `3 min 05 s`, `2 h 10 min`, `3 d 4 h`. @param seconds not negative */
export function formatDuration(seconds: number): string {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const all = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (all < 3600) return `${Math.floor(all / 60)} min ${two(all % 60)} s`;
  if (all < 86_400) return `${Math.floor(all / 3600)} h ${two(Math.floor((all % 3600) / 60))} min`;
  return `${Math.floor(all / 86_400)} d ${Math.floor((all % 86_400) / 3600)} h`;
}

/** The same of something that goes on: in whole seconds, which do not flicker. */
export function formatSoFar(seconds: number): string {
  return seconds < 59.5 ? `${Math.max(1, Math.round(seconds))} s` : formatDuration(seconds);
}

/** Of what is guessed: `40 s`, `4 min`, `2 h`, `3 d`; never less than 10 s. */
export function formatRough(seconds: number): string {
  if (seconds < 57.5) return `${Math.max(10, Math.round(seconds / 5) * 5)} s`;
  if (seconds < 3570) return `${Math.round(seconds / 60)} min`;
  if (seconds < 84_600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** `1.4 MB`; powers of ten. */
export function formatSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toPrecision(2)} ${units[unit] ?? ''}`;
}

/** `12.4 tasks/s`, `38 tasks/min` */
export function formatRate(perSecond: number): string {
  if (perSecond >= 10) return `${formatCount(perSecond)} tasks/s`;
  if (perSecond >= 1) return `${perSecond.toFixed(1)} tasks/s`;
  return `${(perSecond * 60).toFixed(perSecond * 60 >= 10 ? 0 : 1)} tasks/min`;
}

/** The same where it is said of what: `12/s`, `38/min`. */
export function formatPace(perSecond: number): string {
  return formatRate(perSecond).replace(' tasks', '');
}

/** `row=1,col=2`, as addresses and the command line write it; empty for the only place. */
export function placeText(place: Readonly<Record<string, number>>): string {
  return Object.entries(place)
    .map(([axis, value]) => `${axis}=${value}`)
    .join(',');
}

/** The reverse; undefined where it is not written so. */
export function readPlaceText(text: string): Record<string, number> | undefined {
  if (text === '') return {};
  const place: Record<string, number> = {};
  for (const part of text.split(',')) {
    const [, axis, value] = /^([^=]+)=(-?\d+)$/.exec(part) ?? [];
    if (axis === undefined) return undefined;
    place[axis] = Number(value);
  }
  return place;
}
