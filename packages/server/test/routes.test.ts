/** What the types of a route hold its author to; `npm run check -- types` is what would fail. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { media, nothing } from '../src/answers.ts';
import { route } from '../src/routes.ts';

const about = {
  method: 'GET',
  path: '/api/v1/x',
  who: 'owner',
  operation: 'readX',
  summary: 'Reads x',
} as const;
const xSchema = z.object({ x: z.number() });

describe('a route', () => {
  it('says what it answers, and answers that', async () => {
    const declared = route({ ...about, schemas: { answer: xSchema }, handle: async () => ({ x: 1 }) });
    expect(declared.schemas.answer).toBe(xSchema);
    route({ ...about, schemas: { answer: nothing }, handle: async () => undefined });
    route({ ...about, schemas: { answer: media('image/png') }, handle: async ({ reply }) => reply });

    // @ts-expect-error It does not say what it answers.
    route({ ...about, schemas: {}, handle: async () => ({ x: 1 }) });
    // @ts-expect-error It answers something else.
    route({ ...about, schemas: { answer: xSchema }, handle: async () => ({ y: 1 }) });
    // @ts-expect-error It answers something where it says that it does not.
    route({ ...about, schemas: { answer: nothing }, handle: async () => ({ x: 1 }) });
    const { summary, ...unnamed } = about;
    // @ts-expect-error It has no summary.
    route({ ...unnamed, schemas: { answer: xSchema }, handle: async () => ({ x: 1 }) });
    expect(summary).toBe('Reads x');
  });

  it('is given what its schemas make of the request', () => {
    const declared = route({
      ...about,
      schemas: { params: z.object({ id: z.coerce.number() }), answer: xSchema },
      handle: async ({ params, body }) => {
        const none: undefined = body;
        return { x: none ?? params.id };
      },
    });
    expect(declared.operation).toBe('readX');
  });
});
