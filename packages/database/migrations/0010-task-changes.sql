-- What changed in a stage, for those who show it: a server holds what its tasks look like, and reads here what it has
-- missed, instead of looking at a million tasks again.

-- A row for all tasks of a stage that a change of the run has brought into one state: some 10 bytes a task, 0.5 µs of a
-- completion. Written under the run's lock; a change of a run is in it once it is committed, and never before an earlier one.
CREATE TABLE task_change (
  stage int NOT NULL,
  -- `run.change` of the transaction
  change bigint NOT NULL,
  state task_state NOT NULL,
  stale boolean NOT NULL,
  tasks bigint[] NOT NULL,
  PRIMARY KEY (stage, change, state, stale)
);
-- Too long for a row as a rule, and not worth the time of compressing them.
ALTER TABLE task_change ALTER tasks SET STORAGE EXTERNAL;

-- Changes above this one are all in `task_change`; those up to it have been removed.
ALTER TABLE stage ADD COLUMN changes_from bigint NOT NULL DEFAULT 0;
-- There are none of the time before this table.
UPDATE stage s SET changes_from = r.change FROM run r WHERE r.id = s.run;

-- The same for each task, which only a walk through all of them could find.
ALTER TABLE task DROP COLUMN changed;

-- The last attempt of a task was looked for among all attempts, from the last one on, where the statistics were old.
DROP INDEX attempt_by_task;
CREATE INDEX attempt_by_task ON attempt (task, id);

-- Samples of columns by which nothing is looked for: 0.5 s of processor time every quarter of a minute while a large run
-- is at work.
ALTER TABLE task_change ALTER tasks SET STATISTICS 0;
ALTER TABLE task ALTER counts SET STATISTICS 0;
ALTER TABLE item ALTER name SET STATISTICS 0, ALTER path SET STATISTICS 0, ALTER checksum SET STATISTICS 0;
ALTER TABLE attempt ALTER message SET STATISTICS 0, ALTER resources SET STATISTICS 0, ALTER log SET STATISTICS 0;

-- A task is written again within its page, which is tidied on the way: a vacuum finds little, and reads all of it.
ALTER TABLE task SET (autovacuum_vacuum_scale_factor = 1);
