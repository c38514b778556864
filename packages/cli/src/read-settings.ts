/**
 * Reads the settings from flags, environment, `gantry.yaml` and defaults, and remembers where each came from.
 * What settings there are is left to `settings.ts`.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { GantryError } from '@gantry/model';
import { parse, YAMLParseError } from 'yaml';
import { settingNames, settingOrigins, settingsSchema, type SettingName, type Settings } from './settings.ts';

export interface ReadSettings {
  readonly values: Settings;
  readonly origins: Readonly<Record<SettingName, Origin>>;
}

/** Where a value came from; `named` is false for a default. */
export interface Origin {
  /** Such as `--data-dir`, `GANTRY_PORT in the environment`, `/home/me/gantry.yaml` or `default`. */
  readonly from: string;
  readonly named: boolean;
}

export interface SettingSources {
  /** What the command line gave; undefined for what it did not. */
  readonly flags: Readonly<Partial<Record<SettingName, unknown>>>;
  readonly env: NodeJS.ProcessEnv;
  /** The current folder. */
  readonly folder: string;
}

const settingsFileName = 'gantry.yaml';

/**
 * Paths come out absolute. An empty variable of the environment counts as unset.
 * @throws GantryError `settings-file` or `setting-not-valid`, which name the place, the field and the mend.
 */
export async function readSettings(sources: SettingSources): Promise<ReadSettings> {
  const file = await readSettingsFile(join(sources.folder, settingsFileName));
  const values: Record<string, unknown> = {};
  const origins: Partial<Record<SettingName, Origin>> = {};
  for (const name of settingNames) {
    const found = find(name, sources, file);
    values[name] = check(name, found.value, found.origin, found.folder);
    origins[name] = found.origin;
  }
  return { values: values as Settings, origins: origins as Record<SettingName, Origin> };
}

/** A webhook's address without what may be a secret of its receiver: a text that may be shown. */
export function hidePath(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return pathname === '/' && search === '' ? origin : `${origin}/…`;
}

/** A database's address without its password: a text that may be shown. */
export function hidePassword(url: string): string {
  // Also `?password=…`, which PostgreSQL takes; and a password with an `@` in it, which is not a valid address.
  return url.replace(/^([a-z]+:\/\/[^/:@]*):.*@/i, '$1:…@').replace(/([?&][^=&]*password=)[^&]*/gi, '$1…');
}

interface SettingsFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

interface Found {
  readonly value: unknown;
  readonly origin: Origin;
  /** The folder that a relative path is relative to. */
  readonly folder: string;
}

function find(name: SettingName, sources: SettingSources, file: SettingsFile | undefined): Found {
  const { flag, env, fallback, separator } = settingOrigins[name];
  const { folder } = sources;
  const flagged = sources.flags[name];
  if (flag !== undefined && flagged !== undefined)
    return { value: flagged, origin: { from: flag, named: true }, folder };
  const variable = sources.env[env];
  if (variable !== undefined && variable !== '') {
    const value =
      separator === undefined ? variable : variable.split(separator).filter((part) => part !== '');
    return { value, origin: { from: `${env} in the environment`, named: true }, folder };
  }
  const written = file?.values[name];
  if (file !== undefined && written !== undefined && written !== null)
    return { value: written, origin: { from: file.path, named: true }, folder: dirname(file.path) };
  return { value: fallback(sources.env), origin: { from: 'default', named: false }, folder };
}

function check(name: SettingName, value: unknown, origin: Origin, folder: string): unknown {
  const parsed = settingsSchema.shape[name].safeParse(value);
  if (!parsed.success) {
    const { env, flag, secret } = settingOrigins[name];
    const rule = parsed.error.issues[0]?.message ?? 'is not valid';
    const shown = secret === true || value === undefined ? '' : ` ${JSON.stringify(value)}`;
    throw new GantryError('setting-not-valid', `\`${name}\`${shown} (${origin.from}) ${rule}`, {
      field: name,
      file: origin.from.startsWith('/') ? origin.from : undefined,
      mend: `Mend it there, or set ${flag === undefined ? env : `${flag} or ${env}`}, which goes before.`,
    });
  }
  if (settingOrigins[name].path !== true || parsed.data === undefined) return parsed.data;
  if (Array.isArray(parsed.data)) return parsed.data.map((path) => resolve(folder, path));
  return resolve(folder, String(parsed.data));
}

async function readSettingsFile(path: string): Promise<SettingsFile | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw fault(
      path,
      `cannot be read (${code ?? String(error)})`,
      'Give yourself the right to read it.',
      error,
    );
  }
  let value: unknown;
  try {
    value = parse(text, { prettyErrors: false }) ?? {};
  } catch (error) {
    const line = error instanceof YAMLParseError ? text.slice(0, error.pos[0]).split('\n').length : undefined;
    const what = error instanceof Error ? error.message : String(error);
    throw fault(path, `is not YAML: ${what}`, 'Write a line per setting, such as `slots: 4`.', error, line);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw fault(path, 'is not a list of settings', 'Write a line per setting, such as `slots: 4`.');
  const unknown = Object.keys(value).find((key) => !settingNames.some((name) => name === key));
  if (unknown !== undefined)
    throw fault(path, `has \`${unknown}\`, which is no setting`, `Settings are ${settingNames.join(', ')}.`);
  return { path, values: value as Record<string, unknown> };
}

function fault(path: string, what: string, mend: string, cause?: unknown, line?: number): GantryError {
  return new GantryError('settings-file', `${path} ${what}`, { file: path, mend, cause, line });
}
