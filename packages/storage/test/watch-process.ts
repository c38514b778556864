/** Watches a folder as an ordinary user and says, a line of JSON each, what it tells and in which state it is. */
import { watchFolder } from '../src/index.ts';

const [folder = ''] = process.argv.slice(2);
const watch = watchFolder(folder, {
  depth: 0,
  enters: () => true,
  fits: (name) => name.endsWith('.tif'),
  settleMs: 100,
  log: (line) => void process.stdout.write(`${JSON.stringify({ log: line })}\n`),
});
let last = '';
setInterval(() => {
  const { state, mode, trouble } = watch.state();
  const unsettled = [...watch.unsettled()].map(({ name, why }) => `${name} ${why}`);
  const line = JSON.stringify({ state, mode, trouble: trouble?.code, unsettled });
  if (line !== last) process.stdout.write(`${line}\n`);
  last = line;
}, 20);
for await (const events of watch)
  for (const { kind, name } of events) process.stdout.write(`${JSON.stringify({ kind, name })}\n`);
