-- Numbers that a tool tells of a place, by name, such as how many objects it found.
ALTER TABLE attempt ADD COLUMN results json;
