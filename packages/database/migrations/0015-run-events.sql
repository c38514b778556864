-- What has happened to a run, for its timeline; edits of its pipeline are in `run_revision`. Written with the change that
-- it tells of.
CREATE TABLE run_event (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run int NOT NULL REFERENCES run (id),
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  about jsonb NOT NULL
);
CREATE INDEX run_event_by_run ON run_event (run, id);
