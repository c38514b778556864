/** `gantry agents invite`, `invitations`, `withdraw` and `revoke`: which machines may become agents, and stay so. */
import { readLabels } from '@gantry/agent';
import { writeJson, type CommandContext } from '../command-context.ts';
import { exitCodes } from '../exit-codes.ts';
import { formatTable } from '../text-table.ts';
import { makePrintable } from '../terminal.ts';
import { findAgent } from './find-agent.ts';
import { formatLabels } from './format-labels.ts';
import { formatTime } from './list-runs.ts';
import { look } from './look.ts';

export interface InviteFlags {
  readonly name?: string;
  readonly label?: readonly string[];
  readonly pool?: string;
  readonly expires: number;
}

export async function inviteAgent(context: CommandContext, flags: InviteFlags): Promise<number> {
  const labels = readLabels(flags.label ?? []);
  const issued = await look(context, ({ ask }) =>
    ask((client, signal) =>
      client.inviteAgent(
        {
          ...(flags.name === undefined ? {} : { name: flags.name }),
          ...(Object.keys(labels).length === 0 ? {} : { labels }),
          ...(flags.pool === undefined ? {} : { pool: flags.pool }),
          expiresMinutes: flags.expires,
        },
        signal,
      ),
    ),
  );
  if (context.json) {
    writeJson(context, issued);
    return exitCodes.done;
  }
  const { out, err } = context.terminal;
  err.line(`On the other machine, until ${formatTime(issued.expires)}, once:`);
  err.line('  npx gantry agent --server https://SERVER');
  err.line('where https://SERVER is how that machine reaches this server; see docs/agents.md.');
  err.line('It asks for this token, which is not shown again:');
  out.line(issued.token);
  return exitCodes.done;
}

export async function listInvitations(context: CommandContext): Promise<number> {
  const invitations = await look(context, ({ ask }) => ask((client, signal) => client.invitations(signal)));
  if (context.json) {
    writeJson(context, invitations);
    return exitCodes.done;
  }
  const { out, err } = context.terminal;
  if (invitations.length === 0) {
    err.line('No invitation can be used. `gantry agents invite` makes one.');
    return exitCodes.done;
  }
  const rows = invitations.map(({ id, name, pool, labels, created, expires }) => [
    String(id),
    name === null ? 'any' : makePrintable(name),
    pool ?? '',
    formatLabels(labels ?? {}),
    formatTime(created),
    formatTime(expires),
  ]);
  for (const row of formatTable([['invitation', 'name', 'pool', 'labels', 'made', 'ends'], ...rows], [0]))
    out.line(row);
  return exitCodes.done;
}

/** @throws GantryError `unknown-invitation`, `invitation-used` */
export async function withdrawInvitations(context: CommandContext, ids: readonly number[]): Promise<number> {
  await look(context, async ({ ask }) => {
    for (const id of ids) await ask((client, signal) => client.withdrawInvitation(id, signal));
  });
  if (context.json) writeJson(context, { withdrawn: ids });
  else for (const id of ids) context.terminal.out.line(`The invitation ${id} lets nobody in any more.`);
  return exitCodes.done;
}

/** @throws GantryError `unknown-agent`, `agent-not-invited` */
export async function revokeAgents(context: CommandContext, names: readonly string[]): Promise<number> {
  await look(context, async ({ ask }) => {
    const agents = await ask((client, signal) => client.agents(signal));
    const found = names.map((name) => findAgent(agents, name));
    for (const { id } of found) await ask((client, signal) => client.revokeAgent(id, signal));
  });
  if (context.json) writeJson(context, { revoked: names });
  else
    for (const name of names)
      context.terminal.out.line(`${makePrintable(name)} cannot come any more; what it ran is ready again.`);
  return exitCodes.done;
}
