-- What is known of an item beside its bytes, such as the step of a tile: templates name it.
ALTER TABLE item ADD COLUMN meta jsonb;

-- What an acquisition sets for all of its items: templates name it as the project's.
ALTER TABLE dataset ADD COLUMN parameters jsonb;
