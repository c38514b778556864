/**
 * Tools for the tests of pipelines: manifests only, nothing of them is run.
 */
import { toolManifestSchema, type ToolFile, type ToolManifest } from '../src/index.ts';

/** A tool of version 1.0.0 whose command names nothing. */
export function makeTool(name: string, file: Partial<ToolFile>): ToolManifest {
  return toolManifestSchema.parse({ gantry: 'tool/v1', name, version: '1.0.0', command: ['true'], ...file });
}

export const exampleTools: readonly ToolManifest[] = [
  makeTool('stitch', {
    version: '1.2.0',
    inputs: { tiles: { type: 'image', many: true } },
    params: { overlap: { type: 'number', min: 0, max: 100 }, 'max-shift': { type: 'integer', min: 0 } },
    outputs: { vector: { type: 'vector', path: 'vector.txt' } },
  }),
  makeTool('assemble', {
    inputs: { tiles: { type: 'image', many: true }, vector: { type: 'vector' } },
    outputs: { mosaic: { type: 'image', path: 'mosaic.ome.tif' } },
  }),
  makeTool('threshold', {
    inputs: { image: { type: 'image' } },
    params: {
      method: { type: 'enum', values: ['otsu', 'value'], default: 'otsu' },
      value: { type: 'number', default: 0 },
    },
    outputs: { mask: { type: 'image', path: '${inputs.image.stem}-mask.ome.tif' } },
  }),
  makeTool('zip', {
    inputs: { files: { type: 'file', many: true }, extra: { type: 'file', required: false } },
    params: { level: { type: 'integer', required: true } },
    outputs: { archive: { type: 'file', path: 'all.zip' } },
  }),
  makeTool('split', {
    inputs: { image: { type: 'image' } },
    outputs: { parts: { type: 'image', path: 'parts', pattern: '{channel:d}.tif', min: 0 } },
  }),
  makeTool('plane', {
    command: ['plane', '${inputs.image}', '${at.z}'],
    inputs: { image: { type: 'image' } },
    outputs: { plane: { type: 'image', path: 'plane.tif' } },
  }),
  makeTool('maybe', {
    inputs: { image: { type: 'image', required: false } },
    outputs: { out: { type: 'image', path: 'out.tif' } },
  }),
];
