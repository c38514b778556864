/**
 * Quantities as people write them: memory ("512MiB"), durations ("10m"), percents ("2%").
 * Which field takes which is left to the schemas.
 */
import { z } from 'zod';

const memoryFactors: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

const durationFactors: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

const memoryForm = 'a number of bytes, or a number with a unit: 512MiB, 1.5GiB, 2GB';
const durationForm = 'a number of seconds, or numbers with units: 90s, 10m, 1h30m, 2d';

/** Bytes of "512MiB", "1.5 GB" or "1048576" (rounded to whole bytes); undefined where the text is not a quantity. */
export function parseMemory(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)?$/.exec(text.trim());
  if (found === null) return undefined;
  const factor = factorOf(memoryFactors, found[2] ?? 'B');
  const bytes = factor === undefined ? NaN : Math.round(Number(found[1]) * factor);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Seconds of "10m", "1h30m", "500ms" or "90"; undefined where the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d+(?:\.\d+)?$/.test(trimmed)) return Number(trimmed);
  if (!/^(?:\d+(?:\.\d+)?\s*[a-z]+\s*)+$/.test(trimmed)) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const factor = factorOf(durationFactors, unit ?? '');
    if (factor === undefined) return undefined;
    seconds += Number(amount) * factor;
  }
  return seconds;
}

/** The fraction in [0, 1] that "2%" means; undefined where the text is not a percent of that range. */
export function parsePercent(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim());
  if (found === null) return undefined;
  const percent = Number(found[1]);
  return percent <= 100 ? percent / 100 : undefined;
}

/** Bytes with the largest binary unit that divides them, as `parseMemory` reads it: 536870912 → "512MiB". */
export function formatMemory(bytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB'] as const) {
    const factor = memoryFactors[unit] ?? 1;
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return `${bytes}B`;
}

/** Memory: bytes, or text with a unit; becomes bytes. */
export const memorySchema = z
  .union([z.number(), z.string()], { error: `must be ${memoryForm}` })
  .transform((value, context) => {
    const bytes = typeof value === 'number' ? value : parseMemory(value);
    if (bytes !== undefined && Number.isSafeInteger(bytes) && bytes > 0) return bytes;
    context.addIssue({ code: 'custom', message: `must be ${memoryForm}`, input: value });
    return z.NEVER;
  });

/** A duration: seconds, or text with units; becomes seconds, above zero. */
export const durationSchema = z
  .union([z.number(), z.string()], { error: `must be ${durationForm}` })
  .transform((value, context) => {
    const seconds = typeof value === 'number' ? value : parseDuration(value);
    if (seconds !== undefined && Number.isFinite(seconds) && seconds > 0) return seconds;
    context.addIssue({ code: 'custom', message: `must be ${durationForm}`, input: value });
    return z.NEVER;
  });

function factorOf(factors: Readonly<Record<string, number>>, unit: string): number | undefined {
  return Object.hasOwn(factors, unit) ? factors[unit] : undefined;
}
