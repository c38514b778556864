/** Where the result of an attempt was taken from that was not run, as SQL: JSON of run, task and attempt, or null. */
export function cachedFromSql(attempt: string): string {
  return `(SELECT json_build_object('run', x.run, 'task', b.task, 'attempt', b.id)
    FROM borrowed w JOIN attempt b ON b.id = w.source JOIN stage x ON x.id = b.stage
    WHERE w.attempt = ${attempt} ORDER BY w.source LIMIT 1)`;
}
