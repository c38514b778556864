-- Folders that are watched for the files of a dataset. Folder and pattern are the dataset's own.

CREATE TABLE live_source (
  dataset int PRIMARY KEY REFERENCES dataset,
  options jsonb NOT NULL,
  since timestamptz NOT NULL DEFAULT now(),
  -- null while it is watched
  ended timestamptz,
  reason text
);
CREATE INDEX live_source_at_work ON live_source (dataset) WHERE ended IS NULL;

-- Files that were taken, as they looked then: after a restart only those that look otherwise are read again.
CREATE TABLE live_file (
  dataset int NOT NULL,
  -- the path below the folder
  name text NOT NULL,
  size bigint NOT NULL,
  -- milliseconds since 1970, and the inode's number, as JavaScript holds them
  modified float8 NOT NULL,
  inode float8 NOT NULL,
  PRIMARY KEY (dataset, name)
);
