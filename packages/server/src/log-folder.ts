/** Where the log of a session of an agent lies. */
import { join } from 'node:path';
import type { DataDirectoryLayout } from '@gantry/storage';

export function logFolder(data: DataDirectoryLayout, agent: string, session: number): string {
  return join(data.logs, encodeURIComponent(agent).replaceAll('.', '%2E'), String(session));
}
