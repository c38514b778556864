-- Folders that are read once for the files of a dataset, which is closed when all are in. Folder and pattern are the
-- dataset's own; files that were taken are remembered in `live_file`.
CREATE TABLE intake (
  dataset int PRIMARY KEY REFERENCES dataset ON DELETE CASCADE,
  -- whether it goes on without files that cannot be read
  skip_unreadable boolean NOT NULL DEFAULT false,
  since timestamptz NOT NULL DEFAULT now(),
  -- how many times a server has taken it up: above 1 it was interrupted
  starts int NOT NULL DEFAULT 0,
  -- when a server last took it up
  started timestamptz,
  -- null until the dataset is closed
  ended timestamptz,
  -- at its end: files and bytes that were read, and files that were left out
  files int,
  bytes bigint,
  left_out jsonb
);
CREATE INDEX intake_at_work ON intake (dataset) WHERE ended IS NULL;

-- What the run was started with: the pipeline's text, parameters set over it, and what each source reads.
ALTER TABLE run ADD COLUMN request jsonb;
