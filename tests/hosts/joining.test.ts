/** How a machine becomes an agent, what keeps it from that, and how it ends. */
import { spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { testDatabase } from '@gantry/database/testing';
import { agentApiPath } from '@gantry/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHostLaboratory, version, waitFor, type HostLaboratory } from './host-laboratory.ts';

const database = testDatabase();
let lab: HostLaboratory;

beforeAll(async () => {
  lab = await openHostLaboratory(database.pool);
});
afterAll(() => lab.close());

async function enrol(body: object): Promise<{ status: number; code?: string; mend?: string; name?: string }> {
  const response = await fetch(`${lab.server.url}${agentApiPath}/credentials`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'someone', host: 'there', version, secretHash: 'ab'.repeat(32), ...body }),
  });
  return { status: response.status, ...((await response.json()) as object) };
}

describe('an invitation', () => {
  it('is used once; an answer that was lost may be asked for again', async () => {
    const { token } = await lab.client.inviteAgent({ name: 'one' });
    expect(await enrol({ token })).toMatchObject({ status: 200, name: 'one' });
    expect(await enrol({ token })).toMatchObject({ status: 200, name: 'one' });
    const other = await enrol({ token, secretHash: 'cd'.repeat(32) });
    expect(other).toMatchObject({ status: 409, code: 'invitation-used' });
    expect(other.mend).toContain('another invitation');
  });

  it('is kept as a hash, ends, can be withdrawn, and is this server’s alone', async () => {
    const { token, id } = await lab.client.inviteAgent({});
    const { rows } = await database.pool.query('SELECT i::text AS row FROM agent_invitation i');
    const secret = token.split('.')[2] ?? '';
    expect(secret.length).toBeGreaterThan(40);
    expect(JSON.stringify(rows)).not.toContain(secret);

    await database.pool.query('UPDATE agent_invitation SET expires = now() WHERE id = $1', [id]);
    expect(await enrol({ token })).toMatchObject({ status: 410, code: 'invitation-expired' });
    expect(await lab.client.invitations()).toEqual([]);

    const withdrawn = await lab.client.inviteAgent({});
    expect(await lab.client.invitations()).toHaveLength(1);
    await lab.client.withdrawInvitation(withdrawn.id);
    expect(await enrol({ token: withdrawn.token })).toMatchObject({
      status: 410,
      code: 'invitation-withdrawn',
    });

    const [prefix, , ownSecret] = token.split('.');
    expect(await enrol({ token: `${prefix}.00000000.${ownSecret}` })).toMatchObject({ code: 'wrong-server' });
    expect(await enrol({ token: 'nonsense' })).toMatchObject({ status: 403, code: 'invitation-unknown' });
    const fresh = await lab.client.inviteAgent({});
    const old = await enrol({ token: fresh.token, version: '9.1.0' });
    expect(old).toMatchObject({ status: 409, code: 'version-mismatch' });
    expect(old.mend).toContain('Gantry 0.1');
    // What was refused for another reason is not used up.
    expect(await enrol({ token: fresh.token, name: 'fresh' })).toMatchObject({ code: 'secret-known' });
    expect(await enrol({ token: fresh.token, name: 'fresh', secretHash: '00'.repeat(32) })).toMatchObject({
      ...{ status: 200, name: 'fresh' },
    });
  });

  it('lets nobody take the name of a machine that is there, unless it says so', async () => {
    await enrol({
      token: (await lab.client.inviteAgent({})).token,
      name: 'taken',
      secretHash: '11'.repeat(32),
    });
    const { token } = await lab.client.inviteAgent({});
    expect(await enrol({ token, name: 'taken', secretHash: '22'.repeat(32) })).toMatchObject({
      status: 409,
      code: 'agent-name-taken',
    });
    const replacing = await lab.client.inviteAgent({ name: 'taken' });
    expect(await enrol({ token: replacing.token, secretHash: '33'.repeat(32) })).toMatchObject({
      name: 'taken',
    });
    const { rows } = await database.pool.query(
      `SELECT c.revoked IS NOT NULL AS revoked FROM agent_credential c JOIN agent g ON g.id = c.agent
       WHERE g.name = 'taken' ORDER BY c.id`,
    );
    expect(rows).toEqual([{ revoked: true }, { revoked: false }]);
  });
});

describe('an agent of another machine', () => {
  it(
    'keeps its credential to itself, comes again by it, and stays away when it is revoked',
    { timeout: 60_000 },
    async () => {
      const agent = await lab.startAgent('far');
      await waitFor(async () => agent.said().includes('joined') || undefined);
      const file = join(agent.folder, 'credential.json');
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect((await stat(agent.folder)).mode & 0o777).toBe(0o700);
      const { secret } = JSON.parse(await readFile(file, 'utf8')) as { secret: string };
      expect(agent.said()).not.toContain(secret);
      expect(await readFile(`/proc/${agent.child.pid}/cmdline`, 'utf8')).not.toContain('gantry-agent.');
      expect(await agent.stop()).toBe(0);

      const again = await lab.startAgent('far', { token: '' });
      await waitFor(async () => again.said().includes('joined') || undefined);
      await lab.client.revokeAgent((await lab.agent('far')).id);
      expect(await again.ended, again.said()).not.toBe(0);
      expect(again.said()).toContain('have the machine invited again');
      expect(await lab.agent('far')).toMatchObject({ state: 'lost', revoked: true });
    },
  );

  it('reaches nobody else’s session, and nothing of people’s interface', { timeout: 60_000 }, async () => {
    const agent = await lab.startAgent('nosy');
    await waitFor(async () => agent.said().includes('joined') || undefined);
    const { secret } = JSON.parse(await readFile(join(agent.folder, 'credential.json'), 'utf8')) as {
      secret: string;
    };
    const ask = async (path: string, method = 'GET', body?: object): Promise<number> => {
      const response = await fetch(`${lab.server.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${secret}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      await response.body?.cancel();
      return response.status;
    };
    expect(await ask('/api/v1/runs')).toBe(401);
    const { rows } = await database.pool.query<{ id: number }>(
      `SELECT s.id FROM session s JOIN agent g ON g.id = s.agent WHERE g.name = 'far' ORDER BY s.id LIMIT 1`,
    );
    const other = String(rows[0]?.id);
    expect(await ask(`${agentApiPath}/claims`, 'POST', { session: other, limit: 1, waitSeconds: 0 })).toBe(
      404,
    );
    expect(await ask(`${agentApiPath}/sessions/${other}`, 'DELETE')).toBe(404);
    const own = /session (\d+)/.exec(agent.said())?.[1] ?? '';
    const query = new URLSearchParams({ session: own, path: '/etc/passwd', ticket: 'AAAA' });
    expect(await ask(`${agentApiPath}/files?${String(query)}`)).toBe(403);
    await agent.stop();
  });

  it('says what is wrong with a mapping at once', { timeout: 60_000 }, async () => {
    const wrong = await lab.startAgent('wrong', { args: ['--map', `${lab.data.path}=${lab.folder}/tools`] });
    expect(await wrong.ended).toBe(2);
    expect(wrong.said()).toContain('does not lead to the server');
    expect(wrong.said()).toContain(lab.data.store);
    const nowhere = await lab.startAgent('nowhere', { args: ['--map', `${lab.data.path}=/no/such/mount`] });
    expect(await nowhere.ended).toBe(2);
    expect(nowhere.said()).toContain('there is no folder /no/such/mount on this machine');
    const relative = await lab.startAgent('relative', { args: ['--map', 'here=there'] });
    expect(await relative.ended).toBe(2);
    expect(relative.said()).toContain('/path/on/the/server=/path/here');
  });

  it('takes no token from its arguments or the address', async () => {
    const agent = await lab.startAgent('odd', { server: `${lab.server.url}/?token=secret` });
    expect(await agent.ended).toBe(2);
    expect(agent.said()).toContain('a token does not belong there');
    expect(agent.said()).not.toContain('secret');
  });
});

describe('a storage that is mounted elsewhere', () => {
  it('is used where it is mapped, and what is not mapped is brought', { timeout: 60_000 }, async () => {
    const mount = join(lab.folder, 'mounted');
    await new Promise((resolve) => spawn('ln', ['-s', lab.data.path, mount]).once('close', resolve));
    const agent = await lab.startAgent('near', { args: ['--map', `${lab.data.path}=${mount}`] });
    const { folder } = await lab.makeFiles(3, 50_000);
    const run = await lab.startRun(
      '  copy: { tool: copy@1, inputs: { file: source } }\n  pack: { tool: pack@1, inputs: { file: copy.copy } }\n',
      folder,
    );
    const detail = await lab.waitForEnd(run);
    expect(detail.tasks, agent.said()).toEqual({ succeeded: 6 });
    expect(agent.said()).toContain(`it sees the store at ${mount}/store`);
    expect(await lab.agent('near')).toMatchObject({ storage: 'shared' });
    const copies = (await lab.outputs(run)).find(({ stage }) => stage === 'copy')?.items ?? [];
    for (const { path, place } of copies) {
      expect(path.startsWith(lab.data.store)).toBe(true);
      expect(await readFile(path)).toEqual(await readFile(join(folder, `file_${place['n']}.bin`)));
    }
    await agent.stop();
  });
});
