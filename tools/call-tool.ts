/**
 * Runs one request through a standard tool's real worker process, for tests and benchmarks.
 * Scheduling, time limits and restarts are the agent's, not this file's.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';
import type { ToolInput } from './worker.ts';

type GivenInput = string | (Partial<ToolInput> & { path: string });

export interface ToolCallRequest {
  /** A path stands for an item of that name at no place. */
  readonly inputs: Readonly<Record<string, GivenInput | readonly GivenInput[]>>;
  readonly params?: Readonly<Record<string, unknown>>;
  /** Full paths. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly at?: Readonly<Record<string, number>>;
  readonly resources?: { readonly cpu?: number; readonly memory?: number };
}

export interface ToolCallResult {
  readonly exitCode: number;
  readonly error: string | undefined;
  readonly log: string;
  readonly progress: readonly number[];
  /** From the request's sending to its answer; the process's start is not in it. */
  readonly seconds: number;
  /** The process's largest resident set in bytes, by Linux's `VmHWM`; undefined elsewhere. */
  readonly peakMemory: number | undefined;
}

/**
 * Starts `tools/<folder>/main.ts` (or an absolute folder), sends one request and ends it.
 * @throws Error if the process ends without an answer, or answers with what is not JSON.
 */
export async function callTool(folder: string, request: ToolCallRequest): Promise<ToolCallResult> {
  const home = isAbsolute(folder) ? folder : join(import.meta.dirname, folder);
  const scratch = await mkdtemp(join(tmpdir(), 'gantry-tool-'));
  const child = spawn(process.execPath, [join(home, 'main.ts')], { cwd: scratch, stdio: 'pipe' });
  try {
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
    const closed = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const inputs = await resolveInputs(request.inputs);
    const line = JSON.stringify({ id: 'call', folder: scratch, at: {}, params: {}, ...request, inputs });
    const sent = performance.now();
    child.stdin.on('error', () => {}); // a process that died at its start is reported below
    child.stdin.write(`${line}\n`);
    const progress: number[] = [];
    let text = '';
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      text += chunk as string;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const one of lines) {
        const answer = JSON.parse(one) as { exitCode?: number; error?: string; progress?: number };
        if (answer.progress !== undefined) progress.push(answer.progress);
        if (answer.exitCode === undefined) continue;
        const seconds = (performance.now() - sent) / 1000;
        const peakMemory = await peakMemoryOf(child.pid);
        child.stdin.end();
        await closed;
        return { exitCode: answer.exitCode, error: answer.error, log, progress, seconds, peakMemory };
      }
    }
    throw new Error(
      `${home}/main.ts ended (exit ${String(await closed)}) without an answer. Its log:\n${log}`,
    );
  } finally {
    child.kill('SIGKILL');
    await rm(scratch, { recursive: true, force: true });
  }
}

async function resolveInputs(
  given: ToolCallRequest['inputs'],
): Promise<Record<string, ToolInput | ToolInput[]>> {
  const resolved: Record<string, ToolInput | ToolInput[]> = {};
  for (const [name, value] of Object.entries(given)) {
    resolved[name] = Array.isArray(value)
      ? await Promise.all((value as readonly GivenInput[]).map(resolveInput))
      : await resolveInput(value as GivenInput);
  }
  return resolved;
}

async function resolveInput(given: GivenInput): Promise<ToolInput> {
  const input = typeof given === 'string' ? { path: given } : given;
  const size = await stat(input.path).then(
    (found) => found.size,
    () => 0,
  );
  return { name: basename(input.path), place: {}, size, ...input };
}

async function peakMemoryOf(pid: number | undefined): Promise<number | undefined> {
  if (process.platform !== 'linux' || pid === undefined) return undefined;
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kilobytes = /VmHWM:\s+(\d+)/.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
