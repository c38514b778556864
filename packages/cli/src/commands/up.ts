/**
 * `gantry up`: the server with its pages, the database and an agent, until it is asked to end. Where a server is at
 * work in the data directory already, it says where.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { attendServer } from '../attend-server.ts';
import { writeJson, type CommandContext } from '../command-context.ts';
import { webFolder } from '../web-folder.ts';

export async function up(context: CommandContext): Promise<number> {
  const { out, err } = context.terminal;
  return attendServer(context, async ({ access, stay }) => {
    const signIn = await access.tell((client, signal) => client.signInAddress(signal));
    const url = new URL(signIn).origin;
    if (context.json) writeJson(context, { url, signIn });
    else
      out.line(
        `Gantry ${access.hosts ? 'is' : 'runs already'} at ${url}. Sign in, within the hour: ${signIn}`,
      );
    const { host } = context.settings.values;
    if (access.hosts && !isLoopback(host))
      err.line(
        `It listens on ${host}: whoever reaches that can try to sign in, and nothing is encrypted without a proxy. See docs/agents.md.`,
      );
    if (!existsSync(join(webFolder, 'index.html')))
      err.line('Its pages are not built yet: npm run build -w packages/web');
    if (access.hosts) await stay();
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
