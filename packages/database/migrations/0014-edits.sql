-- A run's pipeline may be edited while it is at work: its revisions are kept.

ALTER TABLE run ADD COLUMN revision int NOT NULL DEFAULT 1;

ALTER TABLE stage
  -- the revision that added it, and the one that removed it
  ADD COLUMN added int NOT NULL DEFAULT 1,
  ADD COLUMN removed int,
  -- What the fingerprint of a task begins with: 0 at first, and moved by as much as the hash of its recipe (tool,
  -- parameters, inputs) has moved since; so that a recipe that comes back brings its fingerprints back.
  ADD COLUMN recipe bigint NOT NULL DEFAULT 0;

-- A stage that was removed leaves its name to another.
ALTER TABLE stage DROP CONSTRAINT stage_run_name_key;
CREATE UNIQUE INDEX stage_by_name ON stage (run, name, coalesce(removed, 0));

-- By which revision an attempt was made.
ALTER TABLE running ADD COLUMN revision int NOT NULL DEFAULT 1;
ALTER TABLE attempt ADD COLUMN revision int NOT NULL DEFAULT 1;

CREATE TABLE run_revision (
  run int NOT NULL REFERENCES run (id),
  revision int NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  -- who made it, as they call themselves
  by text,
  -- what it was for, in the words of whoever made it
  note text,
  pipeline int NOT NULL REFERENCES pipeline (id),
  -- the text of the pipeline with its parameters; null where it was not kept
  source jsonb,
  -- per stage, the digest of its tool and the folder of its files
  tools jsonb NOT NULL DEFAULT '{}',
  -- what differs from the revision before, and how many tasks were to be done again by it
  changes jsonb NOT NULL DEFAULT '[]',
  redone bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (run, revision)
);

INSERT INTO run_revision (run, revision, at, pipeline, source, tools)
SELECT id, 1, created, pipeline,
  CASE WHEN request IS NOT NULL THEN jsonb_build_object(
    'file', request #> '{pipeline,file}', 'text', request #> '{pipeline,text}',
    'tools', coalesce(request -> 'tools', '[]'), 'params', coalesce(request -> 'params', '{}')) END,
  coalesce((SELECT jsonb_object_agg(s.name, jsonb_build_object('digest', s.tool_digest, 'folder', s.tool_folder))
    FROM stage s WHERE s.run = run.id AND s.tool_digest IS NOT NULL), '{}')
FROM run;
