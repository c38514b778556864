/**
 * The launcher: a small process that starts the others. A fork copies the page tables of the process that
 * forks, so that starting from an agent of 140 MB costs three times what it costs from here; for the same reason
 * it imports nothing but Node's own modules. And it outlives an agent that is killed: when its stdin ends, it
 * kills all that bears the agent's marker, whatever started it, and ends.
 */
import { FrameReader, FrameWriter, frameKinds } from './launcher-frames.ts';
import { killMarked } from './marked-processes.ts';
import { startGroup, type GroupStart, type LocalProcessGroup } from './process-group.ts';

const [, , marker] = process.argv;
if (marker === undefined) throw new Error('the launcher is started by the runner, with its marker');

const groups = new Map<number, LocalProcessGroup>();
const writer = new FrameWriter(process.stdout);
/** Streams that wait until the agent has read on. */
const held = new Set<NodeJS.ReadableStream>();
/** Streams that the agent itself wants no more of for now. */
const paused = new Set<NodeJS.ReadableStream>();

process.stdout.on('drain', () => {
  for (const stream of held) if (!paused.has(stream)) stream.resume();
  held.clear();
});
process.stdout.on('error', () => void endAll());
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => undefined); // The agent alone ends it, by closing its stdin or by its own end.
}

const reader = new FrameReader((kind, id, payload) => {
  const group = groups.get(id);
  switch (kind) {
    case frameKinds.start:
      void start(id, JSON.parse(payload.toString('utf8')) as GroupStart);
      return;
    case frameKinds.terminate:
      group?.signal('SIGTERM');
      return;
    case frameKinds.kill:
      group?.kill();
      return;
    case frameKinds.pauseStdout:
      if (group !== undefined) pause(group.stdout);
      return;
    case frameKinds.pauseStderr:
      if (group !== undefined) pause(group.stderr);
      return;
    case frameKinds.resumeStdout:
      if (group !== undefined) resume(group.stdout);
      return;
    case frameKinds.resumeStderr:
      if (group !== undefined) resume(group.stderr);
      return;
    case frameKinds.closeOutput:
      group?.closeOutput();
      return;
    default:
      throw new Error(`the launcher does not know frames of kind ${kind}`);
  }
});
process.stdin.on('data', (chunk: Buffer) => reader.take(chunk));
process.stdin.once('close', () => void endAll());

async function start(id: number, how: GroupStart): Promise<void> {
  let group: LocalProcessGroup;
  try {
    group = await startGroup(how);
  } catch (error) {
    writer.write(frameKinds.startFailed, id, error instanceof Error ? error.message : String(error));
    return;
  }
  groups.set(id, group);
  writer.write(frameKinds.started, id, String(group.pid));
  let open = 3;
  const closed = (): void => {
    open -= 1;
    if (open === 0) groups.delete(id);
  };
  forward(group.stdout, id, frameKinds.stdout, frameKinds.stdoutClosed, closed);
  forward(group.stderr, id, frameKinds.stderr, frameKinds.stderrClosed, closed);
  void group.exited.then((exit) => {
    writer.write(frameKinds.exited, id, JSON.stringify(exit));
    closed();
  });
}

function forward(
  stream: NodeJS.ReadableStream,
  id: number,
  data: typeof frameKinds.stdout | typeof frameKinds.stderr,
  end: typeof frameKinds.stdoutClosed | typeof frameKinds.stderrClosed,
  closed: () => void,
): void {
  stream.on('data', (chunk: Buffer) => {
    if (writer.write(data, id, chunk)) return;
    held.add(stream);
    stream.pause();
  });
  // A pipe that breaks has ended; the agent hears of it as its end.
  stream.on('error', () => undefined);
  stream.once('close', () => {
    held.delete(stream);
    paused.delete(stream);
    writer.write(end, id);
    closed();
  });
}

function pause(stream: NodeJS.ReadableStream): void {
  paused.add(stream);
  stream.pause();
}

function resume(stream: NodeJS.ReadableStream): void {
  paused.delete(stream);
  if (!held.has(stream)) stream.resume();
}

async function endAll(): Promise<void> {
  for (const group of groups.values()) group.kill();
  await killMarked(marker ?? '', () => true);
  process.exit(0);
}
