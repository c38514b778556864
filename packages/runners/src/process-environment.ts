/**
 * The environment that a tool starts with: built from nothing, so that neither the agent's secrets nor a
 * person's settings reach it. What a tool declares for itself comes from its manifest, as `env`.
 */
import { delimiter, dirname } from 'node:path';

/** Says whose a process is, even when it has left its group: found again in /proc/PID/environ. */
export const agentMarkerName = 'GANTRY_AGENT';
/** The attempt that a process was started for; of a persistent tool, the worker's name. */
export const attemptMarkerName = 'GANTRY_ATTEMPT';

export interface EnvironmentParts {
  /** The marker of the runner that started it. */
  readonly marker: string;
  /** What the process was started for: an attempt's id, or a worker's name. */
  readonly owner: string;
  /** HOME and TMPDIR. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * PATH begins with the folder of this Node, so that `command: [node, …]` is the runtime that Gantry ships;
 * the agent's own PATH follows, for trusted commands that are installed on the host.
 */
export function buildEnvironment(parts: EnvironmentParts): Record<string, string> {
  const path = process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
  return {
    PATH: `${dirname(process.execPath)}${delimiter}${path}`,
    LANG: 'C.UTF-8',
    HOME: parts.folder,
    TMPDIR: parts.folder,
    ...parts.env,
    [agentMarkerName]: parts.marker,
    [attemptMarkerName]: parts.owner,
  };
}
