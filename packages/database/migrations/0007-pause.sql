-- What people hold back: stages and agents, beside the state of runs. A claim passes over what is paused; what runs goes on.

ALTER TABLE stage ADD paused boolean NOT NULL DEFAULT false;
ALTER TABLE agent ADD paused boolean NOT NULL DEFAULT false;

-- The agent is to end what it runs, claim nothing more and leave.
ALTER TABLE session ADD drain boolean NOT NULL DEFAULT false;

-- Runs of a higher priority are served first; those of the same take turns.
ALTER TABLE run ADD priority int NOT NULL DEFAULT 0;

-- How a run had ended that is archived now; it comes back as that.
ALTER TABLE run ADD archived_from run_state;
