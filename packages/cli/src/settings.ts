/**
 * Every setting, in one schema: what it means, where it may come from, and its default. A flag goes before the
 * environment, that before `gantry.yaml` of the current folder, that before the default. Reading them is left to
 * `read-settings.ts`.
 */
import { availableParallelism, homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { z } from 'zod';

/** A whole number, which the environment gives as text. */
function wholeNumber(least: number, most: number, error: string) {
  return z
    .union([z.int(), z.string().regex(/^\d+$/).transform(Number)], { error })
    .pipe(z.int(error).min(least, error).max(most, error));
}

const text = z.string({ error: 'must be text' }).trim().min(1, 'must not be empty');

/** Addresses of webhooks: whoever sees one of these may not see a password. */
const webhookAddress = z
  .string({ error: 'must be a list of addresses' })
  .trim()
  .superRefine((address, context) => {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    const fault =
      url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')
        ? 'must be addresses such as https://host.example.org/hook'
        : url.username !== '' || url.password !== ''
          ? 'must have no name or password in an address: the webhook proves itself by its signature'
          : undefined;
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  });

export const settingsSchema = z.object({
  dataDir: text.describe('The data directory: database, outputs and logs. Made if it is not there.'),
  databaseUrl: z
    .string({ error: 'must be text' })
    .regex(
      /^postgres(?:ql)?:\/\/\S+$/,
      'must be an address such as postgresql://user:password@host:5432/database',
    )
    .optional()
    .describe("A PostgreSQL server (15 or later) to use instead of Gantry's own."),
  host: text.describe('The address that the server listens on which a command starts.'),
  port: wholeNumber(0, 65_535, 'must be a port from 0 to 65535').describe(
    'The port that the server listens on which a command starts; 0 takes any free one. `gantry up` takes 18080 if none is named.',
  ),
  slots: wholeNumber(1, 4096, 'must be a whole number from 1 to 4096').describe(
    'How many tasks run at a time.',
  ),
  tools: z
    .array(text, { error: 'must be a list of folders' })
    .describe(
      'Folders with tools beside the standard ones: each has a `tool.yaml`, or holds folders that do. A server that `gantry up` starts offers them to all runs.',
    ),
  failureNotice: wholeNumber(0, 1_000_000_000, 'must be a whole number; 0 is never').describe(
    'People are told when so many tasks of a run at work have failed; 0 is never.',
  ),
  webhooks: z
    .array(webhookAddress, { error: 'must be a list of addresses' })
    .max(20, 'must be at most 20 addresses')
    .transform((addresses) => [...new Set(addresses)])
    .describe('Addresses that notifications are sent to; see [notifications](notifications.md).'),
  webhookSecret: z
    .string({ error: 'must be text' })
    .min(16, 'must have 16 characters at least')
    .regex(/^(?!whsec_)|^whsec_[A-Za-z0-9+/]{22,}={0,2}$/, 'must go on in base64 behind `whsec_`')
    .optional()
    .describe('What they are signed with, so that receivers know them.'),
  webhookSecretFile: text.optional().describe('A file with the secret, instead of `webhookSecret`.'),
});

export type Settings = z.output<typeof settingsSchema>;
export type SettingName = keyof Settings;

/** Where a setting may come from, beside `gantry.yaml`, which names all by their own name. */
export interface SettingOrigin {
  readonly flag?: string;
  readonly env: string;
  /** The default, in words and as a value. */
  readonly standard: string;
  readonly fallback: (env: NodeJS.ProcessEnv) => unknown;
  /** True for a setting that may hold a password or another secret. */
  readonly secret?: true;
  /** True for paths, which `gantry.yaml` gives relative to its own folder. */
  readonly path?: true;
  /** What parts the elements of a list in the environment. */
  readonly separator?: string | RegExp;
}

/** The settings in the order in which they are shown. */
export const settingOrigins: Readonly<Record<SettingName, SettingOrigin>> = {
  dataDir: {
    flag: '--data-dir',
    env: 'GANTRY_DATA_DIR',
    standard: '`$XDG_DATA_HOME/gantry`, which is `~/.local/share/gantry` on most machines',
    fallback: (env) => join(dataHome(env), 'gantry'),
    path: true,
  },
  databaseUrl: {
    env: 'DATABASE_URL',
    standard: "none: Gantry's own PostgreSQL, in the data directory",
    fallback: () => undefined,
    secret: true,
  },
  host: {
    flag: '--listen',
    env: 'GANTRY_HOST',
    standard: '`127.0.0.1`: this machine alone',
    fallback: () => '127.0.0.1',
  },
  port: { flag: '--port', env: 'GANTRY_PORT', standard: '`0`', fallback: () => 0 },
  slots: {
    flag: '--slots',
    env: 'GANTRY_SLOTS',
    standard: 'as many as the machine has processors',
    fallback: () => availableParallelism(),
  },
  tools: {
    flag: '--tools',
    env: 'GANTRY_TOOLS',
    standard: 'none',
    fallback: () => [],
    path: true,
    separator: delimiter,
  },
  failureNotice: { env: 'GANTRY_FAILURE_NOTICE', standard: '`10`', fallback: () => 10 },
  webhooks: {
    env: 'GANTRY_WEBHOOKS',
    standard: 'none',
    fallback: () => [],
    separator: /[\s,]+/,
    secret: true,
  },
  webhookSecret: {
    env: 'GANTRY_WEBHOOK_SECRET',
    standard: 'none: they are not signed',
    fallback: () => undefined,
    secret: true,
  },
  webhookSecretFile: {
    env: 'GANTRY_WEBHOOK_SECRET_FILE',
    standard: 'none',
    fallback: () => undefined,
    path: true,
  },
};

export const settingNames = Object.keys(settingOrigins) as SettingName[];

/** By the XDG rules a relative path does not count. */
function dataHome(env: NodeJS.ProcessEnv): string {
  const named = env['XDG_DATA_HOME'];
  if (named?.startsWith('/') === true) return named;
  return join(env['HOME'] ?? homedir(), '.local', 'share');
}
