import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { notificationJsonSchema, pipelineJsonSchema, toolJsonSchema } from '../src/index.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'docs', 'schemas');
const published = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));

describe('the published JSON Schemas', () => {
  it.each([
    ['tool.schema.json', toolJsonSchema],
    ['pipeline.schema.json', pipelineJsonSchema],
    ['notification.schema.json', notificationJsonSchema],
  ])('%s is what the code says; if not, run `npx node scripts/generate-schemas.ts`', (name, generate) => {
    expect(published(name)).toEqual(JSON.parse(JSON.stringify(generate())));
  });

  it('refuse unknown keys and require what the files must have', () => {
    const tool = toolJsonSchema();
    expect(tool['additionalProperties']).toBe(false);
    expect(tool['required']).toEqual(['gantry', 'name', 'version']);
    expect(pipelineJsonSchema()['required']).toEqual(['gantry', 'name', 'stages']);
  });
});
