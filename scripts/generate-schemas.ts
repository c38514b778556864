/**
 * `node scripts/generate-schemas.ts`: writes the JSON Schemas of the tool file, the pipeline file and
 * the body of webhooks to `docs/schemas`. A test of `@gantry/model` fails when they are out of date.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { notificationJsonSchema, pipelineJsonSchema, toolJsonSchema } from '@gantry/model';
import { format, resolveConfig } from 'prettier';
import { repositoryRoot } from './repository.ts';

const folder = join(repositoryRoot, 'docs', 'schemas');
const schemas = {
  'tool.schema.json': toolJsonSchema(),
  'pipeline.schema.json': pipelineJsonSchema(),
  'notification.schema.json': notificationJsonSchema(),
};

mkdirSync(folder, { recursive: true });
for (const [name, schema] of Object.entries(schemas)) {
  const file = join(folder, name);
  const text = await format(JSON.stringify(schema), { ...(await resolveConfig(file)), filepath: file });
  writeFileSync(file, text);
  console.log(`wrote docs/schemas/${name}`);
}
