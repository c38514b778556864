import { newRunBodySchema } from '@gantry/model';
import { describe, expect, it } from 'vitest';
import { readNewRunSearch, sourceBody, sourceSearch } from '../../src/new-run/new-run-search.ts';
import { readExtent } from '../../src/new-run/read-extent.ts';
import { baseText, describeLimits, wrongParam, type FormParam } from '../../src/new-run/param-texts.ts';

describe('the choices in an address', () => {
  it('leave out whatever is not as it should be', () => {
    expect(
      readNewRunSearch({
        pipeline: 'example:a',
        from: 'x',
        name: 2024,
        params: { fix: { sigma: 3, other: {} }, none: 1 },
        sources: {
          tiles: { folder: '/a', dataset: -1, live: 'yes', extents: { row: [1, 2], col: [1] }, quiet: 0 },
        },
      }),
    ).toEqual({
      pipeline: 'example:a',
      from: undefined,
      name: '2024',
      params: { fix: { sigma: '3' } },
      sources: {
        tiles: {
          ...{ folder: '/a', pattern: undefined, dataset: undefined, live: undefined, skip: undefined },
          ...{ extents: { row: [1, 2] }, marker: undefined, quiet: undefined },
        },
      },
    });
    expect(readNewRunSearch({ params: [], sources: 'all' })).toMatchObject({ params: undefined });
  });

  it('come to a request, and come back from one', () => {
    const source = {
      ...{ folder: '/a', pattern: '{n:d}', live: true as const, extents: { n: [1, 3] as const } },
      ...{ skip: true as const, marker: 'done', quiet: 2 },
    };
    const body = sourceBody(source);
    const { sources } = newRunBodySchema.parse({ pipeline: { file: 'p', text: '' }, sources: { a: body } });
    expect(sources['a']).toMatchObject({
      ...{ mode: 'live', extents: { n: [1, 3] }, skipUnreadable: true },
      completeWhen: { marker: 'done', quietMinutes: 2 },
    });
    expect(sourceSearch(sources['a']!)).toMatchObject(source);
    expect(sourceBody({ dataset: 3, folder: '/a' })).toBe(3);
    expect(sourceSearch(3)).toEqual({ dataset: 3 });
    // A folder whose pattern is not known yet is no choice.
    expect(sourceBody({ folder: '/a' })).toBeUndefined();
  });
});

describe('an extent', () => {
  it.each([
    ['1–12', [1, 12]],
    ['-2..3', [-2, 3]],
    [' 1 to 4 ', [1, 4]],
    ['3-3', [3, 3]],
    ['5', undefined],
    ['4–1', undefined],
    ['a–b', undefined],
  ])('%j is %j', (text, extent) => {
    expect(readExtent(text)).toEqual(extent);
  });
});

describe('a parameter in a form', () => {
  const param = (declared: Partial<FormParam['declared']>, set?: unknown): FormParam =>
    ({ name: 'p', declared: { description: '', required: false, ...declared }, set }) as FormParam;

  it('has what the pipeline gives, or the default, until something is chosen', () => {
    expect(baseText(param({ type: 'number', default: 3 }))).toBe('3');
    expect(baseText(param({ type: 'number', default: 3 }, 0))).toBe('0');
    expect(baseText(param({ type: 'array', default: ['a', 'b'] } as never))).toBe('a,b');
    expect(baseText(param({ type: 'string' }))).toBeUndefined();
  });

  it('is checked as the server checks it', () => {
    const number = param({ type: 'integer', min: 1, max: 9, unit: 'px' });
    expect(wrongParam(number, '10')).toBe('must be at most 9');
    expect(wrongParam(number, '1.5')).toBe('must be a whole number');
    expect(wrongParam(number, undefined)).toBeUndefined();
    expect(wrongParam(param({ type: 'string', required: true }), undefined)).toBe('must be given');
    expect(describeLimits(number.declared)).toBe('whole number, 1 to 9 px');
  });
});
