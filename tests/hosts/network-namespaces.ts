/** Machines of their own, as far as the network goes: a namespace each, with a cable to this one. Needs root. */
import { spawnSync } from 'node:child_process';

export interface Machine {
  /** Goes before a command that is to run there. */
  readonly before: readonly string[];
  /** This machine's address, as seen from there. */
  readonly host: string;
  /** Pulls the cable, or puts it in again. */
  cable(up: boolean): void;
  remove(): void;
}

/** @param index from 0, different for machines at one time */
export function makeMachine(index: number): Machine {
  const id = `${process.pid.toString(36)}${index}`;
  const [name, near, far] = [`gantry-${id}`, `gh${id}`, `gf${id}`];
  const subnet = `10.${200 + (process.pid % 50)}.${100 + index}`;
  ip('netns', 'add', name);
  ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name);
  ip('addr', 'add', `${subnet}.1/30`, 'dev', near);
  ip('link', 'set', near, 'up');
  ip('-n', name, 'addr', 'add', `${subnet}.2/30`, 'dev', far);
  ip('-n', name, 'link', 'set', far, 'up');
  ip('-n', name, 'link', 'set', 'lo', 'up');
  return {
    before: ['ip', 'netns', 'exec', name],
    host: `${subnet}.1`,
    cable: (up) => ip('link', 'set', near, up ? 'up' : 'down'),
    remove: () => ip('netns', 'del', name),
  };
}

function ip(...args: string[]): void {
  const { status, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${error?.message ?? stderr}`);
}
