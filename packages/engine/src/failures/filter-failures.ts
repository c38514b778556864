/**
 * Which failures are meant, as SQL, those of archived runs never: what the readers of failures and their retry have in common.
 */
import type { FailureFilter } from '@gantry/model';

export interface FilterSql {
  /** `FROM failure f JOIN …`: with the run `r`, its pipeline `p`, the stage `s` and the agent `g`. */
  readonly from: string;
  /** `WHERE …` */
  readonly where: string;
  /** Of the parameters, from $1 on. */
  readonly values: unknown[];
}

/** The small tables are joined whole: the filter of each is a look at a handful of rows. */
export function filterSql(project: number, filter: FailureFilter): FilterSql {
  const values: unknown[] = [project];
  const conditions = ['r.project = $1', `r.state <> 'archived'`];
  const add = (value: unknown, condition: (parameter: string) => string): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  add(filter.run, (value) => `f.run = ${value}`);
  add(filter.stage, (value) => `s.name = ${value}`);
  add(filter.pipeline, (value) => `p.name = ${value}`);
  add(filter.cause, (value) => `f.cause = ${value}`);
  add(filter.outcome, (value) => `f.outcome = ${value}::attempt_outcome`);
  add(filter.agent, (value) => `g.name = ${value}`);
  add(filter.host, (value) => `g.host = ${value}`);
  add(filter.since, (value) => `f.at >= ${value}::timestamptz`);
  add(filter.before, (value) => `f.at < ${value}::timestamptz`);
  return {
    from: `FROM failure f JOIN run r ON r.id = f.run JOIN pipeline p ON p.id = r.pipeline
      JOIN stage s ON s.id = f.stage JOIN agent g ON g.id = f.agent`,
    where: `WHERE ${conditions.join(' AND ')}`,
    values,
  };
}
