/** Agents and server speak one version of the protocol: that of their release, whose last number does not count. */
import { GantryError } from '@gantry/model';

const release = (version: string): string => version.split('.').slice(0, 2).join('.');

/** @throws GantryError `version-mismatch` */
export function checkVersion(agent: string, server: string): void {
  if (release(agent) === release(server)) return;
  throw new GantryError(
    'version-mismatch',
    `The agent is of Gantry ${agent}, and the server of Gantry ${server}: they do not understand each other.`,
    { field: 'version', mend: `Have the agent's machine use Gantry ${release(server)}.` },
  );
}
