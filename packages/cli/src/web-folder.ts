/** Where the browser application is built to. */
import { join } from 'node:path';

export const webFolder = join(import.meta.dirname, '..', '..', 'web', 'dist');
