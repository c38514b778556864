-- Projects, datasets and items; pipelines, runs, stages and tasks; agents, sessions and attempts.
-- A place is an int[] whose order is that of its dataset's or stage's axes.

-- Which database this is, and the data directory that keeps its bytes: one row, written when that first used it.
CREATE TABLE data_directory (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  database uuid NOT NULL DEFAULT gen_random_uuid(),
  id text NOT NULL,
  path text NOT NULL,
  since timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE project (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  title text NOT NULL,
  created timestamptz NOT NULL DEFAULT now()
);
INSERT INTO project (name, title) VALUES ('main', 'Main project');

-- ---------------------------------------------------------------------------------------------------------------
-- Data

CREATE TYPE dataset_state AS ENUM ('open', 'closed', 'sealed', 'published', 'invalidated');

CREATE TABLE dataset (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project int NOT NULL REFERENCES project,
  name text NOT NULL,
  type text NOT NULL,
  axes text[] NOT NULL,
  bounds jsonb NOT NULL,
  state dataset_state NOT NULL DEFAULT 'open',
  -- where the files of a source lie, and the pattern that gave their places
  folder text,
  pattern text,
  fingerprint text,
  created timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX dataset_by_project ON dataset (project, id);

-- The row is the only switch: the bytes it points at are written once and never replaced.
CREATE TABLE item (
  dataset int NOT NULL,
  place int[] NOT NULL,
  revision int NOT NULL DEFAULT 1,
  name text NOT NULL,
  path text NOT NULL,
  size bigint NOT NULL,
  checksum text NOT NULL,
  -- the attempt that made it; null for an item of a source
  attempt bigint,
  modified timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (dataset, place)
);

-- ---------------------------------------------------------------------------------------------------------------
-- Work

CREATE TYPE run_state AS ENUM ('active', 'paused', 'succeeded', 'failed', 'cancelled', 'archived');

CREATE TABLE pipeline (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project int NOT NULL REFERENCES project,
  name text NOT NULL,
  file jsonb NOT NULL,
  digest text NOT NULL,
  created timestamptz NOT NULL DEFAULT now(),
  UNIQUE (project, name, digest)
);

CREATE TABLE run (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project int NOT NULL REFERENCES project,
  pipeline int NOT NULL REFERENCES pipeline,
  name text NOT NULL,
  state run_state NOT NULL DEFAULT 'active',
  -- rises under the run's lock with every change of the run
  change bigint NOT NULL DEFAULT 0,
  created timestamptz NOT NULL DEFAULT now(),
  ended timestamptz
);
CREATE INDEX run_by_project ON run (project, id);
CREATE INDEX run_at_work ON run (id) WHERE state IN ('active', 'paused');

-- A source is a stage without inputs, whose tasks are settled by items that arrive.
CREATE TABLE stage (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run int NOT NULL REFERENCES run,
  ordinal int NOT NULL,
  name text NOT NULL,
  -- the compiled stage; null for a source
  spec jsonb,
  tool_digest text,
  -- where the tool's files lie on the hosts, for a trusted command
  tool_folder text,
  -- for a source: what it reads, within which bounds, and whether the run has seen it closed
  dataset int REFERENCES dataset,
  bounds jsonb,
  closed boolean NOT NULL DEFAULT false,
  UNIQUE (run, name)
);
CREATE INDEX stage_by_dataset ON stage (dataset) WHERE dataset IS NOT NULL;

CREATE TABLE stage_output (
  stage int NOT NULL REFERENCES stage,
  ordinal int NOT NULL,
  name text NOT NULL,
  dataset int NOT NULL REFERENCES dataset,
  PRIMARY KEY (stage, ordinal)
);

-- `dropped`: a place that had a task and has none now; it is shown nowhere.
-- A task whose attempt is running stays in the state that it was claimed in, `ready` as a rule: table `running`
-- tells, so that a claim does not write here.
CREATE TYPE task_state AS ENUM (
  'waiting', 'blocked', 'ready', 'succeeded', 'failed', 'cancelled', 'skipped', 'dropped'
);

CREATE TABLE task (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  stage int NOT NULL,
  place int[] NOT NULL,
  -- null only within the transaction that makes the task
  state task_state,
  stale boolean NOT NULL DEFAULT false,
  -- the last result that stands: succeeded, failed or cancelled
  result task_state,
  -- four numbers per input: known places, available items, pending and failed producers
  counts int[] NOT NULL,
  -- fingerprint of the items that it would read now, and of those that gave its result;
  -- for a source: the revision that the run has seen
  reads bigint NOT NULL DEFAULT 0,
  done bigint,
  tries int NOT NULL DEFAULT 0,
  -- run.change when it last changed
  changed bigint NOT NULL DEFAULT 0,
  UNIQUE (stage, place)
) WITH (fillfactor = 45);

-- Tasks that can be claimed, and nothing else.
CREATE TABLE ready (
  stage int NOT NULL,
  task bigint NOT NULL,
  PRIMARY KEY (stage, task)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

-- How many tasks of a stage are in which state; kept under the run's lock. Running tasks count as `ready` here.
CREATE TABLE tally (
  stage int NOT NULL,
  state task_state NOT NULL,
  tasks bigint NOT NULL,
  PRIMARY KEY (stage, state)
) WITH (fillfactor = 50);

-- ---------------------------------------------------------------------------------------------------------------
-- Hands

CREATE TABLE agent (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL UNIQUE,
  host text NOT NULL,
  created timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE session (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  agent int NOT NULL REFERENCES agent,
  -- which agent it is, the same over its restarts: two may be given the same name
  instance text NOT NULL,
  capacity jsonb NOT NULL,
  started timestamptz NOT NULL DEFAULT now(),
  -- on this database's clock; after it the session's attempts are lost
  expires timestamptz NOT NULL,
  ended timestamptz
);
CREATE INDEX session_alive ON session (expires) WHERE ended IS NULL;

CREATE SEQUENCE attempt_id;

-- Attempts that an agent holds. Ending one moves it to `attempt`.
CREATE TABLE running (
  attempt bigint PRIMARY KEY DEFAULT nextval('attempt_id'),
  task bigint NOT NULL UNIQUE,
  stage int NOT NULL,
  session int NOT NULL,
  reads bigint NOT NULL,
  claimed timestamptz NOT NULL DEFAULT now(),
  cancel boolean NOT NULL DEFAULT false
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

CREATE TYPE attempt_outcome AS ENUM (
  'succeeded', 'failed', 'timed-out', 'out-of-memory', 'start-failed', 'cancelled', 'lost', 'returned'
);

CREATE TABLE attempt (
  id bigint PRIMARY KEY,
  task bigint NOT NULL,
  stage int NOT NULL,
  session int NOT NULL,
  outcome attempt_outcome NOT NULL,
  -- true where its outputs were not needed: it had read what was no longer there
  superseded boolean NOT NULL DEFAULT false,
  claimed timestamptz NOT NULL,
  started timestamptz,
  ended timestamptz NOT NULL DEFAULT now(),
  exit_code int,
  signal text,
  message text,
  resources jsonb,
  log jsonb
);
CREATE INDEX attempt_by_task ON attempt (task);

-- ---------------------------------------------------------------------------------------------------------------
-- Arithmetic

-- The coordinate `steps` planes from `origin`, counted in planes that are not skipped.
CREATE FUNCTION lattice_step(origin int, steps int, skipped int[]) RETURNS int
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
  at int := origin;
  todo int := abs(steps);
BEGIN
  WHILE todo > 0 LOOP
    at := at + sign(steps)::int;
    IF NOT at = ANY (skipped) THEN todo := todo - 1; END IF;
  END LOOP;
  RETURN at;
END $$;

-- What one item adds to the fingerprint of what a task reads. Forty bits, so that a sum over 2^22 items fits.
CREATE FUNCTION item_reads(dataset int, place int[], revision int) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN hashint8extended((dataset::bigint << 32) + revision, hash_array_extended(place, 0)) & 1099511627775;

-- What a producer means to those who read from it: a available, p pending, f failed, n nothing.
CREATE FUNCTION unit_status(state task_state, stale boolean) RETURNS "char"
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN state IN ('waiting', 'ready') THEN 'p'::"char"
  WHEN state = 'succeeded' THEN CASE WHEN stale THEN 'p'::"char" ELSE 'a'::"char" END
  WHEN state IN ('blocked', 'failed', 'cancelled') THEN 'f'::"char"
  ELSE 'n'::"char" END;

-- ---------------------------------------------------------------------------------------------------------------
-- What a transaction carries from one of its statements to the next; see ARCHITECTURE.md, "One transaction".

CREATE FUNCTION prepare_steps() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  -- kind: 'b' where a producer makes one item at its own place, else 'u' for the producer and 'i' for its items
  CREATE TEMP TABLE IF NOT EXISTS step_change (
    stage int, output int, kind "char", place int[],
    known int, available int, pending int, failed int, reads bigint
  ) ON COMMIT DELETE ROWS;
  CREATE TEMP TABLE IF NOT EXISTS step_verdict (
    stage int, task bigint, place int[], verdict text, done bigint, attempt bigint
  ) ON COMMIT DELETE ROWS;
  CREATE TEMP TABLE IF NOT EXISTS step_fresh (stage int, place int[]) ON COMMIT DELETE ROWS;
  CREATE TEMP TABLE IF NOT EXISTS step_withdraw (stage int, place int[]) ON COMMIT DELETE ROWS;
END $$;
