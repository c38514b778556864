/** A database belongs to one data directory, and says so to every other. */
import { beforeEach, describe, expect, it } from 'vitest';
import { claimDatabase } from '../src/index.ts';
import { testDatabase } from '../src/testing/index.ts';

const database = testDatabase();
const isCopyOf = (): Promise<boolean> => Promise.resolve(false);
const first = { id: 'one', path: '/srv/one', database: undefined, isCopyOf };

beforeEach(async () => {
  await database.pool.query('TRUNCATE data_directory');
});

describe('claimDatabase', () => {
  it('takes a new one, and knows it again', async () => {
    const id = await claimDatabase(database.pool, first);
    expect(await claimDatabase(database.pool, first)).toBe(id);
    const again = { ...first, database: { id, address: 'there' } };
    expect(await claimDatabase(database.pool, again)).toBe(id);
  });

  it('has one winner when two directories begin at once', async () => {
    const second = { ...first, id: 'two', path: '/srv/two' };
    const results = await Promise.allSettled([first, second].map((one) => claimDatabase(database.pool, one)));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('refuses another directory, and names both', async () => {
    await claimDatabase(database.pool, first);
    const second = { ...first, id: 'two', path: '/srv/two' };
    await expect(claimDatabase(database.pool, second)).rejects.toMatchObject({
      code: 'database-of-another-directory',
      message: expect.stringMatching(
        /belongs to the data directory \/srv\/one, and this one is \/srv\/two/,
      ) as string,
      mend: expect.stringContaining('--data-dir /srv/one') as string,
    });
  });

  it('follows a directory that was moved, and refuses its copy', async () => {
    const id = await claimDatabase(database.pool, first);
    const elsewhere = { ...first, path: '/srv/new', database: { id, address: 'there' } };
    const copy = { ...elsewhere, isCopyOf: (path: string) => Promise.resolve(path === '/srv/one') };
    await expect(claimDatabase(database.pool, copy)).rejects.toMatchObject({
      code: 'database-of-another-directory',
    });
    expect(await claimDatabase(database.pool, elsewhere)).toBe(id);
    await expect(claimDatabase(database.pool, { ...first, id: 'two' })).rejects.toThrow('/srv/new');
  });

  it('does not give a directory with a history an empty database', async () => {
    const used = {
      ...first,
      database: { id: 'e58ed763-928c-4155-bee9-fdbaaadc15f3', address: 'at db:5432/images' },
    };
    await expect(claimDatabase(database.pool, used)).rejects.toMatchObject({
      code: 'data-directory-other-database',
      message: expect.stringContaining('at db:5432/images') as string,
    });
    // It stays free for a new directory.
    await claimDatabase(database.pool, { ...first, id: 'new' });
  });
});
