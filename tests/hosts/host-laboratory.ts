/**
 * A server, and agents that join it as those of other machines do: with `gantry agent` and an invitation's token, by
 * default without a look at its storage. Tools: `copy`; `hold`, which waits for a file of a folder before it copies; `split`, which makes two files of one, in batches; `pack`, which makes a folder of what it reads; `join`, which reads
 * the files of folders; `list`, which looks at a tree.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserClient } from '@gantry/client';
import type { Pool } from '@gantry/database';
import type { AgentSummary, InviteAgentBody, RunDetail, RunOutput } from '@gantry/model';
import { openDataDirectory, type DataDirectory } from '@gantry/storage';
import { startServer, type RunningServer } from '@gantry/server';
import { repositoryRoot } from '../../scripts/repository.ts';

export const version = '0.1.0';
const standardTools = join(repositoryRoot, 'tools');

const tools: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  copy: {
    'tool.yaml': `gantry: tool/v1
name: copy
version: 1.0.0
command: [node, "\${tool.folder}/copy.mjs", "\${inputs.file}", "\${outputs.copy}", "\${params.seconds}"]
inputs: { file: { type: file } }
params: { seconds: { type: number, default: 0 } }
outputs: { copy: { type: file, path: "\${inputs.file.stem}-copy.bin" } }
`,
    'copy.mjs': `import { copyFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
const [from, to, seconds] = process.argv.slice(2);
console.log('copying', basename(from), statSync(from).size);
setTimeout(() => copyFileSync(from, to), Number(seconds) * 1000);
`,
  },
  hold: {
    'tool.yaml': `gantry: tool/v1
name: hold
version: 1.0.0
command: [node, "\${tool.folder}/hold.mjs", "\${inputs.file}", "\${outputs.copy}", "\${params.gates}", "\${at.n}", "\${attempt}"]
inputs: { file: { type: file } }
params: { gates: { type: string } }
outputs: { copy: { type: file, path: "\${inputs.file.stem}-copy.bin" } }
`,
    'hold.mjs': `import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
const [from, to, gates, n, attempt] = process.argv.slice(2);
writeFileSync(gates + '/held-' + n + '-' + attempt, String(process.pid));
process.on('SIGTERM', () => {});
const timer = setInterval(() => {
  if (!existsSync(gates + '/open-' + n) && !existsSync(gates + '/open')) return;
  clearInterval(timer);
  copyFileSync(from, to);
}, 20);
`,
  },
  split: {
    'tool.yaml': `gantry: tool/v1
name: split
version: 1.0.0
command: [node, "\${tool.folder}/split.mjs", "\${batch.manifest}", "\${batch.results}"]
batch: 3
inputs: { file: { type: file } }
outputs: { parts: { type: file, path: parts, pattern: "part_{part:d+}.bin" } }
`,
    'split.mjs': `import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
const [manifest, results] = process.argv.slice(2);
for (const { id, inputs, outputs } of JSON.parse(readFileSync(manifest, 'utf8')).requests) {
  const bytes = readFileSync(inputs.file.path);
  for (const part of [0, 1]) writeFileSync(outputs.parts + '/part_' + part + '.bin', bytes.subarray(part * 50, part * 50 + 50));
  appendFileSync(results, JSON.stringify({ id, exitCode: 0 }) + '\\n');
}
`,
  },
  pack: {
    'tool.yaml': `gantry: tool/v1
name: pack
version: 1.0.0
command: [node, "\${tool.folder}/pack.mjs", "\${inputs.file}", "\${outputs.box}"]
inputs: { file: { type: file } }
outputs: { box: { type: file, path: "\${inputs.file.stem}.box", folder: true } }
`,
    'pack.mjs': `import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
const [from, box] = process.argv.slice(2);
mkdirSync(box + '/deep/down', { recursive: true });
mkdirSync(box + '/empty');
copyFileSync(from, box + '/deep/down/bytes');
writeFileSync(box + '/nothing', '');
`,
  },
  join: {
    'tool.yaml': `gantry: tool/v1
name: join
version: 1.0.0
command: [node, "\${tool.folder}/join.mjs", "\${inputs.boxes.manifest}", "\${outputs.joined}"]
inputs: { boxes: { type: file, many: true } }
outputs: { joined: { type: file, path: joined.txt } }
`,
    'join.mjs': `import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
const [manifest, out] = process.argv.slice(2);
const { items } = JSON.parse(readFileSync(manifest, 'utf8'));
writeFileSync(out, items.map(({ path, place }) => [place.n, readdirSync(path).sort().join('+'),
  createHash('sha256').update(readFileSync(path + '/deep/down/bytes')).digest('hex')].join(' ')).join('\\n'));
`,
  },
  list: {
    'tool.yaml': `gantry: tool/v1
name: list
version: 1.0.0
command: [node, "\${tool.folder}/list.mjs", "\${inputs.files.root}", "\${outputs.listed}"]
inputs: { files: { type: file, many: true, layout: tree } }
outputs: { listed: { type: file, path: listed.txt } }
`,
    'list.mjs': `import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
// The root comes once for each file.
const [root, out] = [process.argv[2], process.argv.at(-1)];
const names = readdirSync(root, { recursive: true }).filter((name) => statSync(root + '/' + name).isFile()).sort();
writeFileSync(out, names.map((name) => name + ' ' + readFileSync(root + '/' + name).length).join('\\n'));
`,
  },
};

export interface HostLaboratory {
  readonly folder: string;
  readonly client: UserClient;
  readonly data: DataDirectory;
  readonly server: RunningServer;
  /** Ends the server, and starts another at the same address. */
  restart(): Promise<void>;
  readonly log: readonly string[];
  /** Writes so many files of random bytes into a folder below \`source\`; returns their checksums by `n`. */
  makeFiles(count: number, bytes: number): Promise<{ folder: string; checksums: string[] }>;
  /** Of a pipeline with one source, of files `file_N.bin`. */
  startRun(stages: string, folder: string, more?: RunMore): Promise<number>;
  waitForEnd(run: number): Promise<RunDetail>;
  outputs(run: number): Promise<RunOutput[]>;
  /** Invites a machine, and starts its agent. */
  startAgent(name: string, options?: AgentStart): Promise<LabAgent>;
  agent(name: string): Promise<AgentSummary>;
  close(): Promise<void>;
}

export interface RunMore {
  readonly pool?: string;
  /** How long `copy` takes. */
  readonly seconds?: number;
  /** The folder of `hold`. */
  readonly gates?: string;
}

export interface AgentStart {
  readonly invitation?: InviteAgentBody;
  readonly args?: readonly string[];
  /** What goes before the command, such as `ip netns exec NAME`. */
  readonly before?: readonly string[];
  /** Another address of the server. */
  readonly server?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Without one the agent has joined before. */
  readonly token?: string;
}

export interface LabAgent {
  readonly name: string;
  readonly folder: string;
  readonly child: ChildProcess;
  /** What it has said. */
  said(): string;
  ended: Promise<number | null>;
  stop(): Promise<number | null>;
}

export async function openHostLaboratory(pool: Pool, host = '127.0.0.1', port = 0): Promise<HostLaboratory> {
  const folder = await mkdtemp('/tmp/gantry-hosts-');
  await chmod(folder, 0o755);
  for (const [tool, files] of Object.entries(tools)) {
    await mkdir(join(folder, 'tools', tool), { recursive: true });
    for (const [name, text] of Object.entries(files))
      await writeFile(join(folder, 'tools', tool, name), text);
  }
  const data = await openDataDirectory(join(folder, 'data'), { explicit: true });
  const log: string[] = [];
  const serve = (at: number): Promise<RunningServer> =>
    startServer({
      dataDirectory: data,
      pool,
      ...{ host, port: at, version },
      userToken: 'owner-token',
      agentToken: 'agent-token',
      toolFolders: [standardTools],
      standardTools,
      webFolder: join(repositoryRoot, 'packages', 'web', 'dist'),
      log: (line) => void log.push(line),
    });
  let server = await serve(port);
  const { url } = server;
  const client = new UserClient({ server: url, token: 'owner-token' });
  const agents: LabAgent[] = [];
  let sources = 0;

  const start = (name: string, token: string | undefined, options: AgentStart): LabAgent => {
    const own = join(folder, 'agents', name);
    const [command = process.execPath, ...args] = [
      ...(options.before ?? []),
      process.execPath,
      join(repositoryRoot, 'packages', 'cli', 'bin', 'gantry.mjs'),
      ...['agent', '--server', options.server ?? url, '--folder', own, '--slots', '2'],
      ...(options.args ?? ['--storage', 'transfer']),
    ];
    const child = spawn(command, args, {
      env: { ...process.env, GANTRY_AGENT_TOKEN: undefined, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(token === undefined ? '' : `${token}\n`);
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const agent: LabAgent = {
      ...{ name, folder: own, child, ended },
      said: () => said,
      stop() {
        child.kill('SIGTERM');
        return ended;
      },
    };
    agents.push(agent);
    return agent;
  };

  return {
    ...{ folder, client, data, log },
    get server() {
      return server;
    },
    async restart() {
      await server.close();
      server = await serve(Number(new URL(url).port));
    },
    async makeFiles(count, bytes) {
      sources += 1;
      const source = join(folder, `source-${sources}`);
      await mkdir(source);
      const checksums: string[] = [];
      for (let n = 0; n < count; n++) {
        const content = randomBytes(bytes);
        checksums.push(createHash('sha256').update(content).digest('hex'));
        await writeFile(join(source, `file_${n}.bin`), content);
      }
      return { folder: source, checksums };
    },
    startRun(stages, source, { pool: runPool, seconds, gates } = {}) {
      return client.createRun({
        pipeline: {
          file: 'pipeline.yaml',
          text: `gantry: pipeline/v1\nname: hosts\nsource: { type: file, axes: [n] }\nstages:\n${stages}`,
        },
        tools: [join(folder, 'tools')],
        params: {
          ...(seconds === undefined ? {} : { copy: { seconds: String(seconds) } }),
          ...(gates === undefined ? {} : { hold: { gates } }),
        },
        ...(runPool === undefined ? {} : { pool: runPool }),
        sources: { source: { folder: source, pattern: 'file_{n:d+}.bin' } },
      });
    },
    waitForEnd: (run) =>
      waitFor(async () => {
        const detail = await client.run(run);
        return detail.state === 'active' ? undefined : detail;
      }),
    outputs: (run) => client.outputs(run),
    async startAgent(name, options = {}) {
      const token =
        options.token ?? (await client.inviteAgent({ name, ...(options.invitation ?? {}) })).token;
      const agent = start(name, token, options);
      return agent;
    },
    async agent(name) {
      const found = (await client.agents()).find((one) => one.name === name);
      if (found === undefined) throw new Error(`there is no agent ${name}`);
      return found;
    },
    async close() {
      await Promise.all(
        agents.map(async (agent) => {
          if (agent.child.exitCode === null && agent.child.signalCode === null) await agent.stop();
        }),
      );
      await server.close();
      await data.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Asks until there is an answer. */
export async function waitFor<T>(ask: () => Promise<T | undefined>, everyMs = 50): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((wake) => setTimeout(wake, everyMs));
  }
}
