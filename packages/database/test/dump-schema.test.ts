/** The committed schema is what the migrations make; write it anew with `npx vitest run <this file> --update`. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dumpSchema } from '../src/index.ts';
import { testDatabase } from '../src/testing/index.ts';

describe('the schema', () => {
  const database = testDatabase();

  it('is the committed one', async () => {
    const file = join(import.meta.dirname, '..', 'schema.txt');
    await expect(await dumpSchema(database.pool)).toMatchFileSnapshot(file);
  });
});

describe('dumpSchema', () => {
  const database = testDatabase({ from: 'empty' });

  it('shows every kind of object, sorted, and the same for the same schema made in another order', async () => {
    const tables = [
      `CREATE TYPE mood AS ENUM ('good', 'bad')`,
      `CREATE DOMAIN positive AS int NOT NULL CHECK (VALUE > 0)`,
      `CREATE TABLE b (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m mood NOT NULL DEFAULT 'good',
         twice int GENERATED ALWAYS AS (2 * 2) STORED) WITH (fillfactor = 70)`,
      `CREATE UNLOGGED TABLE a (id positive UNIQUE, b bigint REFERENCES b ON DELETE CASCADE, CHECK (b > 3))`,
      `CREATE TABLE parts (at int) PARTITION BY RANGE (at)`,
    ];
    const rest = [
      `CREATE INDEX a_b ON a (b) WHERE b > 5`,
      `CREATE TABLE part1 PARTITION OF parts FOR VALUES FROM (1) TO (2)`,
      `CREATE VIEW bad AS SELECT id FROM b WHERE m = 'bad'`,
      `CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'`,
      `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'`,
      `COMMENT ON COLUMN a.b IS 'what it is'`,
    ];
    const make = async (statements: readonly string[]): Promise<string> => {
      await database.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
      for (const statement of statements) await database.pool.query(statement);
      await database.pool.query('CREATE TRIGGER t BEFORE UPDATE ON b FOR EACH ROW EXECUTE FUNCTION touch()');
      return dumpSchema(database.pool);
    };
    const dump = await make([...tables, ...rest]);
    expect(dump).toBe(await make([...tables, ...rest.toReversed()]));
    expect(dump.split('\n')).toEqual(
      expect.arrayContaining([
        `TYPE mood AS ENUM ('good', 'bad')`,
        'DOMAIN positive AS integer NOT NULL CHECK ((VALUE > 0))',
        'TABLE b WITH (fillfactor=70)',
        '  id bigint NOT NULL GENERATED ALWAYS AS IDENTITY',
        `  m mood NOT NULL DEFAULT 'good'::mood`,
        '  twice integer GENERATED ALWAYS AS ((2 * 2))',
        'UNLOGGED TABLE a',
        '  CONSTRAINT a_b_fkey FOREIGN KEY (b) REFERENCES b(id) ON DELETE CASCADE',
        '  CREATE INDEX a_b ON public.a USING btree (b) WHERE (b > 5)',
        'TABLE parts PARTITION BY RANGE (at)',
        'TABLE part1 PARTITION OF parts FOR VALUES FROM (1) TO (2)',
        'VIEW bad AS',
        'CREATE OR REPLACE FUNCTION public.one()',
        '  CREATE TRIGGER t BEFORE UPDATE ON public.b FOR EACH ROW EXECUTE FUNCTION touch()',
        `COMMENT ON a.b IS 'what it is'`,
      ]),
    );
  });

  it('tells a changed column from an unchanged one', async () => {
    await database.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE t (a int)');
    const before = await dumpSchema(database.pool);
    await database.pool.query('ALTER TABLE t ALTER a SET NOT NULL');
    expect(await dumpSchema(database.pool)).not.toBe(before);
  });
});
