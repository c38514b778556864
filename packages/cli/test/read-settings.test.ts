import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readWebhookSecret } from '../src/host/webhook-secret.ts';
import { hidePassword, hidePath, readSettings } from '../src/read-settings.ts';
import { settingNames, settingOrigins, settingsSchema } from '../src/settings.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantry-settings-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (text: string) => writeFile(join(folder, 'gantry.yaml'), text);
const read = (env: NodeJS.ProcessEnv = {}, flags: Record<string, unknown> = {}) =>
  readSettings({ flags, env: { HOME: '/home/me', ...env }, folder });

describe('readSettings', () => {
  it('has a default for everything, which no current folder changes', async () => {
    const { values, origins } = await read();
    expect(values).toEqual({
      dataDir: '/home/me/.local/share/gantry',
      databaseUrl: undefined,
      host: '127.0.0.1',
      port: 0,
      slots: availableParallelism(),
      tools: [],
      failureNotice: 10,
      webhooks: [],
      webhookSecret: undefined,
      webhookSecretFile: undefined,
    });
    expect(Object.values(origins).every(({ named }) => !named)).toBe(true);
    expect((await read({ XDG_DATA_HOME: '/data' })).values.dataDir).toBe('/data/gantry');
    expect((await read({ XDG_DATA_HOME: 'relative' })).values.dataDir).toBe('/home/me/.local/share/gantry');
  });

  it('takes flags before the environment, before gantry.yaml, and says so', async () => {
    await write('dataDir: store\nport: 1\nslots: 3\ntools: [mine, /theirs]\n');
    const fromFile = await read();
    expect(fromFile.values).toMatchObject({
      dataDir: join(folder, 'store'),
      port: 1,
      slots: 3,
      tools: [join(folder, 'mine'), '/theirs'],
    });
    expect(fromFile.origins.port).toEqual({ from: join(folder, 'gantry.yaml'), named: true });
    const env = { GANTRY_DATA_DIR: '/env', GANTRY_PORT: '2', GANTRY_TOOLS: 'a:/b', GANTRY_SLOTS: '' };
    const fromEnv = await read(env);
    expect(fromEnv.values).toMatchObject({
      dataDir: '/env',
      port: 2,
      slots: 3,
      tools: [join(folder, 'a'), '/b'],
    });
    expect(fromEnv.origins.port.from).toBe('GANTRY_PORT in the environment');
    const fromFlags = await read(env, { dataDir: 'flag', slots: '7' });
    expect(fromFlags.values).toMatchObject({ dataDir: join(folder, 'flag'), slots: 7 });
    expect(fromFlags.origins.slots).toEqual({ from: '--slots', named: true });
  });

  it.each([
    [{ GANTRY_PORT: '99999' }, '`port` "99999" (GANTRY_PORT in the environment) must be a port'],
    [{ GANTRY_SLOTS: 'many' }, '`slots` "many" (GANTRY_SLOTS in the environment) must be a whole number'],
    [
      { DATABASE_URL: 'mysql://me:secret@x' },
      '`databaseUrl` (DATABASE_URL in the environment) must be an address',
    ],
  ])('names the place, the field and the value of %j', async (env, message) => {
    await expect(read(env)).rejects.toThrow(message);
    await expect(read(env)).rejects.toMatchObject({ code: 'setting-not-valid' });
    await expect(read(env)).rejects.not.toThrow('secret');
  });

  it.each([
    ['slots: 0\n', 'must be a whole number from 1'],
    ['tools: mine\n', 'must be a list of folders'],
    ['datadir: x\n', 'has `datadir`, which is no setting'],
    ['- a\n', 'is not a list of settings'],
    ['a: [\n', 'is not YAML'],
  ])('refuses the file %j', async (text, message) => {
    await write(text);
    await expect(read()).rejects.toThrow(message);
    await expect(read()).rejects.toMatchObject({ file: join(folder, 'gantry.yaml') });
  });

  it('takes webhooks from the environment and from the file, each once', async () => {
    await write('webhooks: [https://a.example/x, https://a.example/x]\nwebhookSecretFile: secret\n');
    expect((await read()).values).toMatchObject({
      webhooks: ['https://a.example/x'],
      webhookSecretFile: join(folder, 'secret'),
    });
    const { webhooks } = (await read({ GANTRY_WEBHOOKS: 'http://b.example/1, http://b.example/2' })).values;
    expect(webhooks).toEqual(['http://b.example/1', 'http://b.example/2']);
  });

  it.each([
    [{ GANTRY_WEBHOOKS: 'ftp://a.example/token' }, 'must be addresses such as'],
    [{ GANTRY_WEBHOOKS: 'token' }, 'must be addresses such as'],
    [{ GANTRY_WEBHOOKS: 'https://me:token@a.example/' }, 'no name or password'],
    [{ GANTRY_WEBHOOK_SECRET: 'token' }, '16 characters'],
    [{ GANTRY_WEBHOOK_SECRET: 'whsec_token and no base64 at all' }, 'base64'],
  ])('refuses %j, and does not show it', async (env, message) => {
    await expect(read(env)).rejects.toThrow(message);
    await expect(read(env)).rejects.not.toThrow('token');
  });

  it('takes an empty file', async () => {
    await write('# nothing yet\n');
    expect((await read()).values.port).toBe(0);
  });
});

describe('hidePassword', () => {
  it.each([
    ['postgresql://me:secret@host/db', 'postgresql://me:…@host/db'],
    ['postgres://me@host/db', 'postgres://me@host/db'],
    ['postgres://me:se@cret@host/db', 'postgres://me:…@host/db'],
    ['postgres://host/db?user=me&password=secret&x=1', 'postgres://host/db?user=me&password=…&x=1'],
  ])('%s', (url, shown) => {
    expect(hidePassword(url)).toBe(shown);
  });
});

describe('hidePath', () => {
  it.each([
    ['https://a.example/hooks/token?key=secret', 'https://a.example/…'],
    ['https://a.example?key=secret', 'https://a.example/…'],
    ['http://a.example:81/', 'http://a.example:81'],
  ])('%s', (url, shown) => {
    expect(hidePath(url)).toBe(shown);
  });
});

describe('the secret of webhooks', () => {
  it('is read from its file, and a file without one is named', async () => {
    const file = join(folder, 'secret');
    const ask = (webhookSecret?: string) => readWebhookSecret({ webhookSecret, webhookSecretFile: file });
    await expect(ask()).rejects.toMatchObject({ code: 'webhook-secret', file });
    await writeFile(file, 'short\n');
    await expect(ask()).rejects.toThrow('16 characters');
    await writeFile(file, 'as long as is needed\n');
    expect(await ask()).toBe('as long as is needed');
    expect(await ask('one of the setting itself')).toBe('one of the setting itself');
    expect(await readWebhookSecret({})).toBeUndefined();
  });
});

describe('docs/settings.md', () => {
  it('has a row for each setting, as the schema says it', () => {
    const text = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'settings.md'), 'utf8');
    const cell = (words: string | undefined): string => (words === undefined ? '' : `\`${words}\``);
    const rows = settingNames.map((name) => {
      const { flag, env, standard } = settingOrigins[name];
      const description = settingsSchema.shape[name].description ?? '';
      return `| \`${name}\` | ${cell(flag)} | \`${env}\` | ${standard} | ${description} |`;
    });
    const table = text.split('\n').filter((line) => line.startsWith('| `'));
    expect(table.map((line) => line.replace(/\s+/g, ' '))).toEqual(
      rows.map((row) => row.replace(/\s+/g, ' ')),
    );
  });
});
