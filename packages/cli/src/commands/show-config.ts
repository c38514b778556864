/** `gantry config`: every setting, its value, and where it came from. */
import { writeJson, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { hidePassword } from '../read-settings.ts';
import { settingNames, type SettingName } from '../settings.ts';
import { formatTable } from '../text-table.ts';

export function showConfig(context: CommandContext): number {
  const rows = settingNames.map((name) => ({
    name,
    value: shownValue(context, name),
    from: context.settings.origins[name].from,
  }));
  if (context.json) {
    writeJson(
      context,
      Object.fromEntries(rows.map(({ name, value, from }) => [name, { value: value ?? null, from }])),
    );
    return exitCodes.done;
  }
  const lines = rows.map(({ name, value, from }) => [
    name,
    Array.isArray(value) ? value.join(', ') || 'none' : String(value ?? 'none'),
    from,
  ]);
  for (const line of formatTable([['setting', 'value', 'from'], ...lines])) context.terminal.out.line(line);
  return exitCodes.done;
}

function shownValue({ settings }: CommandContext, name: SettingName) {
  const value = settings.values[name];
  return name === 'databaseUrl' && typeof value === 'string' ? hidePassword(value) : value;
}
