/** What the types of requests refuse; `npm run check -- types` is what would fail. */
import { describe, expect, it } from 'vitest';
import { createdAnswerSchema, runDetailSchema, runSummarySchema } from '@gantry/model';
import { TypedRequests } from '../src/typed-requests.ts';

const api = new TypedRequests({ base: 'http://127.0.0.1:1/api/v1', token: 'x' });
/** Nothing listens there: what compiles is refused. */
const refused = { code: 'server-unreachable' };

describe('a request that the description does not have', () => {
  it('does not compile: its path, its verb, its parameters', async () => {
    await expect(api.ask('get', '/runs/{id}', { path: { id: 1 } }, runDetailSchema)).rejects.toMatchObject(
      refused,
    );
    // @ts-expect-error There is no such path.
    await expect(api.ask('get', '/rums/{id}', { path: { id: 1 } }, runDetailSchema)).rejects.toThrow();
    // @ts-expect-error A run is not made anew at its own address.
    await expect(api.ask('post', '/runs/{id}', { path: { id: 1 } }, runDetailSchema)).rejects.toThrow();
    // @ts-expect-error The run is not named.
    await expect(api.ask('get', '/runs/{id}', {}, runDetailSchema)).rejects.toThrow();
    // @ts-expect-error An id is a number.
    await expect(api.ask('get', '/runs/{id}', { path: { id: 'x' } }, runDetailSchema)).rejects.toThrow();
    const tasks = { path: { id: 1 }, query: { stat: 'failed' } };
    // @ts-expect-error There is no such field in the query.
    await expect(api.ask('get', '/runs/{id}/tasks', tasks, runDetailSchema)).rejects.toThrow();
  });

  it('does not compile: its body, and what is made of its answer', async () => {
    const again = { path: { id: 1 }, body: { again: 'some' } } as const;
    // @ts-expect-error A body says `none`, `all`, or which tasks.
    await expect(api.ask('post', '/runs/{id}/resume', again, createdAnswerSchema)).rejects.toThrow();
    // @ts-expect-error A run has more than its summary says.
    await expect(api.ask('get', '/runs/{id}', { path: { id: 1 } }, runSummarySchema)).rejects.toThrow();
    // @ts-expect-error It is answered by a run.
    await expect(api.tell('get', '/runs/{id}', { path: { id: 1 } })).rejects.toThrow();
    const one = { path: { id: 1 } };
    // @ts-expect-error It is answered by nothing.
    await expect(api.ask('post', '/runs/{id}/cancel', one, runSummarySchema)).rejects.toThrow();
    // @ts-expect-error It is answered by JSON, not by bytes.
    await expect(api.open('/runs/{id}', { path: { id: 1 } })).rejects.toThrow();
  });
});
