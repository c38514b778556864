/** `gantry config`: every setting, its value, and where it came from. */
import { isGantryError } from '@gantry/model';
import { locateDataDirectory } from '@gantry/storage';
import { writeJson, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { hidePassword, hidePath } from '../read-settings.ts';
import { settingNames, type SettingName } from '../settings.ts';
import { formatTable } from '../text-table.ts';

export async function showConfig(context: CommandContext): Promise<number> {
  const moved = await findMoved(context);
  const rows = settingNames.map((name) => ({
    name,
    value: shownValue(context, name),
    from: context.settings.origins[name].from,
  }));
  if (context.json) {
    writeJson(
      context,
      Object.fromEntries(
        rows.map(({ name, value, from }) => [
          name,
          {
            value: value ?? null,
            from,
            ...(name === 'dataDir' && moved !== undefined ? { lies: moved } : {}),
          },
        ]),
      ),
    );
    return exitCodes.done;
  }
  const lines = rows.map(({ name, value, from }) => [
    name,
    Array.isArray(value) ? value.join(', ') || 'none' : String(value ?? 'none'),
    from,
  ]);
  for (const line of formatTable([['setting', 'value', 'from'], ...lines])) context.terminal.out.line(line);
  if (moved !== undefined)
    context.terminal.out.line(
      `The data directory lies in ${moved}: the database's user cannot enter ${context.settings.values.dataDir}.`,
    );
  return exitCodes.done;
}

function shownValue({ settings }: CommandContext, name: SettingName) {
  const { databaseUrl, webhooks, webhookSecret } = settings.values;
  switch (name) {
    case 'databaseUrl':
      return databaseUrl === undefined ? undefined : hidePassword(databaseUrl);
    case 'webhooks':
      return webhooks.map(hidePath);
    case 'webhookSecret':
      return webhookSecret === undefined ? undefined : '…';
    default:
      return settings.values[name];
  }
}

/** Where the data directory lies, if that is not where the setting says. */
async function findMoved({ settings }: CommandContext): Promise<string | undefined> {
  const { dataDir, databaseUrl } = settings.values;
  if (process.geteuid?.() !== 0 || databaseUrl !== undefined) return undefined;
  const { lookUpServerUser } = await import('@gantry/database');
  try {
    const { path } = await locateDataDirectory(dataDir, {
      explicit: settings.origins.dataDir.named,
      serverUser: await lookUpServerUser(),
    });
    return path === dataDir ? undefined : path;
  } catch (error) {
    // It cannot be used at all: the next command that needs it says so.
    if (isGantryError(error)) return undefined;
    throw error;
  }
}
