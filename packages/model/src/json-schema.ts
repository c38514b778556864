/**
 * The published JSON Schemas of the files that people write, and of what webhooks are sent, made from the schemas that
 * check them. Writing them to
 * `docs/schemas` is left to `scripts/generate-schemas.ts`; rules across fields and templates cannot be said in them.
 */
import { z } from 'zod';
import { webhookBodySchema } from './notifications-api.ts';
import { pipelineFileSchema } from './pipeline-file.ts';
import { toolManifestSchema } from './tool-manifest.ts';

/** JSON Schema (2020-12) of a `tool.yaml`. */
export function toolJsonSchema(): Record<string, unknown> {
  return describeFile(toolManifestSchema, 'urn:gantry:tool:v1', 'Gantry tool file');
}

/** JSON Schema (2020-12) of a pipeline file. */
export function pipelineJsonSchema(): Record<string, unknown> {
  return describeFile(pipelineFileSchema, 'urn:gantry:pipeline:v1', 'Gantry pipeline file');
}

/** JSON Schema (2020-12) of the body that a webhook is sent. */
export function notificationJsonSchema(): Record<string, unknown> {
  return describeFile(webhookBodySchema, 'urn:gantry:notification:v1', 'Gantry notification', 'output');
}

function describeFile(
  schema: z.ZodType,
  id: string,
  title: string,
  io: 'input' | 'output' = 'input',
): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  return { $schema, $id: id, title, ...rest };
}
