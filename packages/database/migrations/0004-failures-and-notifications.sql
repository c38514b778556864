-- What went wrong, seen at once: tasks that have failed, with their causes; tasks that do not go on by themselves, by
-- state; what people are told, and what of it is on its way to webhooks.

-- ---------------------------------------------------------------------------------------------------------------
-- Failures

-- Attempts in a row that were lost with their agents.
ALTER TABLE task ADD COLUMN lost smallint NOT NULL DEFAULT 0;

-- What failures have in common: the message without what differs from task to task. The key is made of outcome and
-- text, by the engine, so that whoever needs it has no row to wait for.
CREATE TABLE cause (
  key bigint PRIMARY KEY,
  outcome attempt_outcome NOT NULL,
  text text NOT NULL
);

-- Of an attempt by which a task may fail; null for all others.
ALTER TABLE attempt ADD COLUMN cause bigint;
CREATE INDEX attempt_lost ON attempt (session) WHERE outcome = 'lost';

-- The tasks whose state is `failed`, with the attempt that they failed by; kept under the run's lock. The id rises with
-- every failure: what is newest has the highest.
CREATE TABLE failure (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  task bigint NOT NULL UNIQUE,
  attempt bigint NOT NULL,
  cause bigint NOT NULL,
  -- when the task first failed by this cause, and when it did so last
  since timestamptz NOT NULL,
  at timestamptz NOT NULL,
  run int NOT NULL,
  stage int NOT NULL,
  agent int NOT NULL,
  outcome attempt_outcome NOT NULL
);
CREATE INDEX failure_by_cause ON failure (cause, id);

-- The places of a stage's tasks in the states that lead nowhere by themselves: failed, blocked, cancelled, skipped; kept
-- under the run's lock. It stands for an index on `task.state`, which would keep every change of a task from being made
-- within its page, and is empty where all goes well.
CREATE TABLE aside (
  stage int NOT NULL,
  state task_state NOT NULL,
  place int[] NOT NULL,
  PRIMARY KEY (stage, state, place)
);

CREATE INDEX tally_troubled ON tally (state, stage) WHERE state IN ('failed', 'blocked');

INSERT INTO aside (stage, state, place)
SELECT t.stage, t.state, t.place FROM task t JOIN stage s ON s.id = t.stage
WHERE s.spec IS NOT NULL AND t.state IN ('failed', 'blocked', 'cancelled', 'skipped');

-- Of what failed before, every message is a cause of its own.
WITH last AS (
  SELECT DISTINCT ON (a.task) a.id, a.outcome, coalesce(a.message, 'It says nothing about why.') AS text
  FROM attempt a JOIN task t ON t.id = a.task
  WHERE t.result = 'failed' AND a.outcome IN ('failed', 'timed-out', 'out-of-memory', 'start-failed')
  ORDER BY a.task, a.id DESC
), keyed AS (
  SELECT l.*, ('x' || left(encode(sha256(convert_to(l.outcome || E'\n' || l.text, 'UTF8')), 'hex'), 13))::bit(52)::bigint AS key
  FROM last l
), told AS (
  UPDATE attempt a SET cause = k.key FROM keyed k WHERE a.id = k.id
)
INSERT INTO cause (key, outcome, text) SELECT DISTINCT ON (key) key, outcome, text FROM keyed ORDER BY key;

INSERT INTO failure (task, attempt, cause, since, at, run, stage, agent, outcome)
SELECT t.id, a.id, a.cause, a.ended, a.ended, s.run, t.stage, n.agent, a.outcome
FROM task t JOIN stage s ON s.id = t.stage JOIN attempt a ON a.task = t.id AND a.cause IS NOT NULL
  JOIN session n ON n.id = a.session
WHERE t.state = 'failed' ORDER BY a.ended;

-- ---------------------------------------------------------------------------------------------------------------
-- Agents

ALTER TABLE session ADD COLUMN heard timestamptz NOT NULL DEFAULT now();
-- What of its capacity is taken, as the agent says with every heartbeat.
ALTER TABLE session ADD COLUMN load jsonb;
-- How it ended: true where nothing was heard of it any more.
ALTER TABLE session ADD COLUMN lost boolean;
UPDATE session SET heard = coalesce(ended, started);
CREATE INDEX session_by_agent ON session (agent, id);

-- ---------------------------------------------------------------------------------------------------------------
-- Notifications

-- Whether people were told that much fails in the run; taken back when something is tried again.
ALTER TABLE run ADD COLUMN failures_told boolean NOT NULL DEFAULT false;

CREATE TABLE notification (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- what webhooks know it by
  key uuid NOT NULL DEFAULT gen_random_uuid(),
  -- null for what concerns all projects
  project int REFERENCES project,
  at timestamptz NOT NULL DEFAULT now(),
  read timestamptz,
  about jsonb NOT NULL
);
CREATE INDEX notification_unread ON notification (id) WHERE read IS NULL;

-- What is on its way to a webhook, or has been: it ends by being delivered, or given up with an error.
CREATE TABLE delivery (
  notification bigint NOT NULL REFERENCES notification ON DELETE CASCADE,
  webhook text NOT NULL,
  tries int NOT NULL DEFAULT 0,
  due timestamptz NOT NULL DEFAULT now(),
  ended timestamptz,
  error text,
  PRIMARY KEY (notification, webhook)
);
CREATE INDEX delivery_due ON delivery (due) WHERE ended IS NULL;
