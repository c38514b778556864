/**
 * A program of the log's tests, to be killed: appends numbered lines to a few attempts of the folder in its first
 * argument, finishes some, and prints a JSON line for each state that is flushed.
 */
import { openLogWriter } from '../src/index.ts';

const [folder] = process.argv.slice(2) as [string];
const writer = await openLogWriter(folder, {
  segmentBytes: 20_000,
  headBytes: 4_000,
  tailBytes: 4_000,
  flushMs: 1,
});
for (let line = 0; ; line++) {
  // `flood` outgrows its head; `calm` never does; each `short` one is finished at once.
  writer.append('flood', 'stdout', Buffer.from(`flood ${line} ${'.'.repeat(40)}\n`));
  if (line % 50 === 0 && line < 2_500) writer.append('calm', 'stderr', Buffer.from(`calm ${line}\n`));
  writer.append(`short-${line}`, 'stdout', Buffer.from(`short ${line}\n`));
  const reference = await writer.finish(`short-${line}`);
  await writer.flush();
  process.stdout.write(`${JSON.stringify({ line, reference })}\n`);
}
