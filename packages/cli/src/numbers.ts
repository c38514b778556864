/**
 * Numbers for people: separators, human units, the right plural.
 */
import { formatCount } from '@gantry/model';

export { formatCount, plural } from '@gantry/model';

/** Bytes in decimal units, as file managers show them: `1.5 GB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  // 999.95 would be rounded to 1000.0 of the smaller unit.
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit] ?? ''}`;
}

/** Seconds as `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return join([Math.floor(whole / 60), 'min'], [whole % 60, 's']);
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return join([Math.floor(minutes / 60), 'h'], [minutes % 60, 'min']);
  const hours = Math.round(seconds / 3600);
  return join([Math.floor(hours / 24), 'd'], [hours % 24, 'h']);
}

/** Tasks per second with three figures: `0.25`, `41.2`, `1,204`. */
export function formatRate(perSecond: number): string {
  if (perSecond >= 99.95) return formatCount(Math.round(perSecond));
  return perSecond >= 9.995 ? perSecond.toFixed(1) : perSecond.toFixed(2);
}

function join(large: readonly [number, string], small: readonly [number, string]): string {
  const first = `${large[0]} ${large[1]}`;
  return small[0] === 0 ? first : `${first} ${small[0]} ${small[1]}`;
}
