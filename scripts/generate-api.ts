/**
 * `node scripts/generate-api.ts`: writes what is made from the server's table of routes: the OpenAPI document, the
 * page with the table, and the types that the client is held to. With `--check` it writes nothing, and fails where
 * one of them is not what the code says.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { declaredRoutes, describeApi, listRoutes } from '@gantry/server';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';
import { repositoryRoot } from './repository.ts';

const routes = declaredRoutes();
const document = describeApi(routes);
// What has a default may be left out. The last two names are always there, and nobody uses them.
const tree = await openapiTS(document as unknown as OpenAPI3, { defaultNonNullable: false });
const types = `/* Generated from docs/api/openapi.json by scripts/generate-api.ts; not to be edited. */
${astToString(tree).replaceAll(/^export type (?:webhooks|\$defs) = .*$/gm, '')}`;

const files: Readonly<Record<string, string>> = {
  'docs/api/openapi.json': JSON.stringify(document),
  'docs/api.md': listRoutes(routes),
  'packages/client/src/generated/api-types.ts': types,
};

const stale: string[] = [];
for (const [name, content] of Object.entries(files)) {
  const path = join(repositoryRoot, name);
  const text = name.endsWith('.md')
    ? content
    : await format(content, { ...(await resolveConfig(path)), filepath: path });
  if (process.argv.includes('--check')) {
    if (readFile(path) !== text) stale.push(name);
    continue;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`wrote ${name}`);
}
if (stale.length > 0) {
  console.error(
    `Not what the routes say any more: ${stale.join(', ')}. Run \`npx node scripts/generate-api.ts\`.`,
  );
  process.exitCode = 1;
}

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
