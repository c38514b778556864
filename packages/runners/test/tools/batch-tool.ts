/** A batch tool for tests: MANIFEST RESULTS. Does what each request's params ask for. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';

interface Request {
  id: string;
  params: { do?: string };
  outputs: Record<string, string>;
}

const [, , manifest = '', results = ''] = process.argv;
const { requests } = JSON.parse(readFileSync(manifest, 'utf8')) as { requests: Request[] };
for (const { id, params, outputs } of requests) {
  process.stderr.write(`working on ${id} of ${requests.length}\n`);
  await new Promise((resolve) => setTimeout(resolve, 60));
  if (params.do === 'hang') await new Promise((resolve) => setTimeout(resolve, 1_000_000));
  if (params.do === 'crash') process.exit(4);
  if (params.do === 'garbage') {
    appendFileSync(results, 'fine\n');
    continue;
  }
  for (const path of Object.values(outputs)) writeFileSync(path, String(process.pid));
  if (params.do === 'silent') continue;
  const answer = params.do === 'refuse' ? { id, exitCode: 1, error: 'bad tile' } : { id, exitCode: 0 };
  appendFileSync(results, `${JSON.stringify(answer)}\n`);
}
