/**
 * A run of `--planes` × `--columns` files over three agents, with the server, the agents and the database killed
 * `--kills` times (`tests/faults/under-fault/`): `--seed N`.
 */
import { parseArgs } from 'node:util';
import { runUnderFault } from '../faults/under-fault/run-under-fault.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    planes: { type: 'string', default: '10' },
    columns: { type: 'string', default: '490' },
    kills: { type: 'string', default: '32' },
    minutes: { type: 'string', default: '13' },
  },
});
const { faults, ...report } = await runUnderFault({
  seed: Number(values.seed),
  size: { planes: Number(values.planes), columns: Number(values.columns) },
  kills: Number(values.kills),
  limitMs: Number(values.minutes) * 60_000,
  log: console.log,
});
console.log(JSON.stringify({ ...report, faults: faults.length }));
for (const fault of faults.slice(0, 50)) console.log(`FAULT ${fault}`);
process.exitCode = faults.length === 0 ? 0 : 1;
