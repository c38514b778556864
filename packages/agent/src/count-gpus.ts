/** How many graphics processors the machine has that tools may be given: those that NVIDIA's own command lists. */
import { spawnSync } from 'node:child_process';

export function countGpus(): number {
  const { status, stdout } = spawnSync('nvidia-smi', ['--list-gpus'], { encoding: 'utf8', timeout: 5_000 });
  if (status !== 0) return 0;
  return stdout.split('\n').filter((line) => /^GPU \d+:/.test(line)).length;
}
