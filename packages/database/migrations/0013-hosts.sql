-- Agents on other machines: how they are invited, by what they prove themselves, what their owner says of them, and how
-- each reaches the bytes.

-- What the owner says goes over what the agent says of itself; NULL where the owner says nothing.
ALTER TABLE agent ADD capacity jsonb;
ALTER TABLE agent ADD labels jsonb;
-- An agent in a pool takes only what asks for that pool; one in none only what asks for none.
ALTER TABLE agent ADD pool text;

-- Tokens that are used up by the first agent that brings one. Only their hashes are kept.
CREATE TABLE agent_invitation (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  secret_hash bytea NOT NULL UNIQUE,
  -- what the agent that comes is to be: NULL where it says itself
  name text,
  labels jsonb,
  pool text,
  created timestamptz NOT NULL DEFAULT now(),
  expires timestamptz NOT NULL,
  withdrawn timestamptz,
  used timestamptz
);

-- What an agent on another machine proves itself by, from its first joining on. Only its hash is kept.
CREATE TABLE agent_credential (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  agent int NOT NULL REFERENCES agent,
  invitation int NOT NULL REFERENCES agent_invitation,
  secret_hash bytea NOT NULL UNIQUE,
  created timestamptz NOT NULL DEFAULT now(),
  revoked timestamptz
);
CREATE INDEX agent_credential_by_agent ON agent_credential (agent);
CREATE INDEX agent_credential_by_invitation ON agent_credential (invitation);

-- NULL for the agent of the server's own host.
ALTER TABLE session ADD credential int REFERENCES agent_credential;
ALTER TABLE session ADD labels jsonb NOT NULL DEFAULT '{}';
-- how the agent reaches the bytes; NULL where it sees all paths as the server does
ALTER TABLE session ADD storage jsonb;

-- Where the stages of a run are to be run, unless they say so themselves.
ALTER TABLE run ADD pool text;

-- Whether an agent is of the pool that a stage is for, and has its labels. Whether it has room is looked at apart.
CREATE FUNCTION agent_takes(spec jsonb, run_pool text, labels jsonb, pool text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(spec ->> 'pool', run_pool) IS NOT DISTINCT FROM pool AND labels @> coalesce(spec -> 'labels', '{}');
