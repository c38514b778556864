/**
 * JSON Schemas of what requests and answers hold. A schema that the model exports as `runDetailSchema` becomes the
 * component `RunDetail`, wherever it is used; one that it does not export is written where it stands.
 */
import * as model from '@gantry/model';
import { z } from 'zod';

export type Json = Readonly<Record<string, unknown>>;

/** `input` is what a request may send, `output` what an answer holds: they differ in what has a default. */
export type Direction = 'input' | 'output';

const prefix = '#/components/schemas/';

const names = z.registry<{ id: string }>();
for (const [name, value] of Object.entries(model)) {
  if (!name.endsWith('Schema') || !(value instanceof z.ZodType) || names.has(value)) continue;
  names.add(value, { id: `${name.charAt(0).toUpperCase()}${name.slice(1, -'Schema'.length)}` });
}

/** Gathers the components while schemas are described. */
export class SchemaComponents {
  readonly #found: Readonly<Record<Direction, Map<string, Json>>> = { input: new Map(), output: new Map() };

  /** The JSON Schema, with references to components. */
  describe(schema: z.ZodType, direction: Direction): Json {
    // Within a list, a schema with a name is a reference; at the root it would be written out.
    const { $defs, items } = z.toJSONSchema(z.array(schema), {
      target: 'draft-2020-12',
      io: direction,
      metadata: names,
      override: ({ zodSchema, jsonSchema }) => tidy(zodSchema, jsonSchema),
    }) as { $defs?: Record<string, Json>; items: Json };
    for (const [id, found] of Object.entries($defs ?? {})) {
      const { id: _, ...component } = found;
      this.#found[direction].set(id, pointToComponents(component, direction));
    }
    return pointToComponents(items, direction);
  }

  /** All components by name; what differs between the directions has the suffix `Input` in requests. */
  settle<T>(document: T): { document: T; components: Record<string, Json> } {
    const { input, output } = this.#found;
    const differing = new Set<string>();
    const rename = <V>(value: V): V => {
      const text = JSON.stringify(value, (_, part: unknown) => {
        if (typeof part !== 'string' || !part.startsWith(markOf('input'))) return part;
        const id = part.slice(markOf('input').length);
        return `${prefix}${id}${differing.has(id) ? 'Input' : ''}`;
      });
      return JSON.parse(text.replaceAll(markOf('output'), prefix)) as V;
    };
    // A component differs, too, where one differs that it refers to.
    for (let before = -1; before !== differing.size;) {
      before = differing.size;
      for (const [id, schema] of input) {
        const other = output.get(id);
        if (other === undefined) continue;
        if (JSON.stringify(rename(schema)) !== JSON.stringify(rename(other))) differing.add(id);
      }
    }
    const components = new Map<string, Json>();
    for (const [id, schema] of output) components.set(id, rename(schema));
    for (const [id, schema] of input) components.set(differing.has(id) ? `${id}Input` : id, rename(schema));
    const sorted = [...components].sort(([a], [b]) => (a < b ? -1 : 1));
    return { document: rename(document), components: Object.fromEntries(sorted) };
  }
}

/** References before it is known which components have two forms. */
function markOf(direction: Direction): string {
  return `#/${direction}/`;
}

function pointToComponents(schema: Json, direction: Direction): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', `"${markOf(direction)}`)) as Json;
}

function tidy(schema: z.core.$ZodType, json: z.core.JSONSchema.BaseSchema): void {
  const about = z.globalRegistry.get(schema as z.ZodType)?.description;
  if (about !== undefined) json.description = about;
  // Every whole number that JavaScript can count to says nothing.
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
  // An answer may hold more one day; only what is said to be closed is.
  const { def } = schema._zod;
  if (def.type === 'object' && !('catchall' in def && def.catchall !== undefined))
    delete json.additionalProperties;
}
