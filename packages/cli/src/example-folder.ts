/** Where the example pipelines lie: `examples` beside `packages`. */
import { join } from 'node:path';

export const exampleFolder = join(import.meta.dirname, '..', '..', '..', 'examples');
