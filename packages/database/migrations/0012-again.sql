-- What happens when a task fails, and how it is done again.

-- Ready tasks that are not for every claim: those that wait before a further try, and those that ask for more memory than
-- their stage does. Apart from `ready`, so that claims of all the others do not walk past them.
CREATE TABLE ready_later (
  task bigint PRIMARY KEY,
  stage int NOT NULL,
  due timestamptz NOT NULL,
  -- bytes, where the task asks for more than its stage
  memory bigint
);
CREATE INDEX ready_later_by_stage ON ready_later (stage, due);
CREATE INDEX ready_later_due ON ready_later (due);

-- What tasks ask for that have run out of memory: bytes.
CREATE TABLE raised_memory (
  task bigint PRIMARY KEY,
  stage int NOT NULL,
  memory bigint NOT NULL
);

-- `final`: a failure after which the task is not tried again, whatever tries are left; `again`: it is to be done once more,
-- whatever its result. Its old result stands, stale, until then (`task.done` is -1, which no fingerprint is).
ALTER TYPE task_verdict ADD VALUE 'final';
ALTER TYPE task_verdict ADD VALUE 'again';

-- False for a run whose results are neither taken from the cache nor given to it.
ALTER TABLE run ADD COLUMN cache boolean NOT NULL DEFAULT true;

-- What a stage's results depend on beside what its tasks read, hashed: stages of a project with the same are asked for
-- results before a task is run. Null where results are neither taken nor given.
ALTER TABLE stage ADD COLUMN cache_key text;
CREATE INDEX stage_by_cache_key ON stage (cache_key, id) WHERE cache_key IS NOT NULL;

-- Attempts that were not run: their items point at files that another attempt has made. Those files are kept as long as a
-- row is here, which goes when nobody needs the borrower's items any more.
CREATE TABLE borrowed (
  attempt bigint NOT NULL,
  source bigint NOT NULL,
  PRIMARY KEY (attempt, source)
);
CREATE INDEX borrowed_by_source ON borrowed (source);

-- People have been told that no agent has room for the stage's tasks.
ALTER TABLE stage ADD COLUMN too_large_told boolean NOT NULL DEFAULT false;
