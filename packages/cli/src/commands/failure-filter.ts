/** Which failures a command means: the options that `gantry failures` and `gantry retry` share. */
import { failureFilterSchema, GantryError, type FailureFilter } from '@gantry/model';

/** As the command line has them. */
export interface FailureOptions {
  readonly run?: number;
  readonly stage?: string;
  readonly pipeline?: string;
  readonly cause?: number;
  readonly outcome?: string;
  readonly agent?: string;
  readonly host?: string;
  readonly since?: string;
  readonly before?: string;
}

/** @throws GantryError `usage` which names the option */
export function readFailureFilter(options: FailureOptions): FailureFilter {
  const { run, stage, pipeline, cause, outcome, agent, host, since, before } = options;
  const given = Object.entries({ run, stage, pipeline, cause, outcome, agent, host, since, before }).filter(
    ([, value]) => value !== undefined,
  );
  const parsed = failureFilterSchema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const option = `--${String(issue?.path[0] ?? '')}`;
  throw new GantryError('usage', `\`${option}\` cannot be that: ${issue?.message ?? 'it is not valid'}.`, {
    field: option,
    mend: 'Times are written as 2026-01-31T12:00:00Z, outcomes as failed, timed-out, out-of-memory, start-failed or lost.',
  });
}
