import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheKeyText, canonicalJson, compareCacheKeys, type CacheKeyParts } from '../src/index.ts';

const base: CacheKeyParts = {
  toolDigest: 'sha256:aa',
  args: ['fix', '${inputs.tile}'],
  params: { sigma: 1.5, method: 'otsu' },
  inputs: {
    tiles: [
      { place: { row: 1 }, name: 'a.tif', checksum: '11' },
      { place: { row: 2 }, name: 'b.tif', checksum: '22' },
    ],
  },
  at: { row: 1 },
};
const [first, second] = base.inputs['tiles'] ?? [];
if (first === undefined || second === undefined) throw new Error('the example has two tiles');

describe('a cache key', () => {
  it('is the same whatever the order of parameters and coordinates', () => {
    const other = { ...base, params: { method: 'otsu', sigma: 1.5 } };
    expect(cacheKeyText(other)).toBe(cacheKeyText(base));
    expect(canonicalJson({ b: [1, null], a: 'x', c: undefined })).toBe('{"a":"x","b":[1,null]}');
  });

  it.each<[string, CacheKeyParts, string]>([
    ['the tool', { ...base, toolDigest: 'sha256:bb' }, 'tool'],
    ['the arguments', { ...base, args: ['fix'] }, 'args'],
    ['a parameter', { ...base, params: { ...base.params, sigma: 2 } }, 'params.sigma'],
    ['a new parameter', { ...base, params: { ...base.params, more: 1 } }, 'params.more'],
    ['a missing parameter', { ...base, params: { sigma: 1.5 } }, 'params.method'],
    ['the place', { ...base, at: { row: 2 } }, 'at'],
    [
      'the bytes of an item',
      { ...base, inputs: { tiles: [first, { ...second, checksum: '33' }] } },
      'inputs.tiles (row 2)',
    ],
    [
      'the name of an item',
      { ...base, inputs: { tiles: [{ ...first, name: 'z.tif' }, second] } },
      'inputs.tiles (row 1)',
    ],
    ['a missing item', { ...base, inputs: { tiles: [first] } }, 'inputs.tiles (row 2)'],
    ['the order of items', { ...base, inputs: { tiles: [second, first] } }, 'inputs.tiles'],
    ['a missing input', { ...base, inputs: {} }, 'inputs.tiles'],
  ])('says that %s differs', (_, other, part) => {
    expect(cacheKeyText(other)).not.toBe(cacheKeyText(base));
    expect(compareCacheKeys(base, other).map((difference) => difference.part)).toEqual([part]);
  });

  it('gives both values of what differs', () => {
    const other = { ...base, params: { ...base.params, sigma: 2 } };
    expect(compareCacheKeys(base, other)).toEqual([{ part: 'params.sigma', before: '1.5', after: '2' }]);
  });

  it.each([NaN, Infinity, () => 1, new Date(0), 1n, Symbol('x')])('refuses %s', (value) => {
    expect(() => canonicalJson({ value })).toThrow('cannot be part of a cache key');
  });

  it('differs exactly where the comparison says so', () => {
    const item = fc.record({
      place: fc.record({ z: fc.integer({ min: 0, max: 2 }) }),
      name: fc.constantFrom('a', 'b'),
      checksum: fc.constantFrom('1', '2'),
    });
    const items = fc.uniqueArray(item, { maxLength: 3, selector: (one) => one.place.z });
    const parts = fc.record({
      toolDigest: fc.constantFrom('x', 'y'),
      args: fc.constantFrom<unknown>(['a'], ['b']),
      params: fc.dictionary(fc.constantFrom('p', 'q'), fc.constantFrom<unknown>(1, '1', [1], undefined)),
      inputs: fc.dictionary(fc.constantFrom('i', 'j'), items),
      at: fc.constantFrom<Record<string, number>>({ z: 1 }, {}),
    });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        expect(compareCacheKeys(a, b).length === 0).toBe(cacheKeyText(a) === cacheKeyText(b));
        expect(compareCacheKeys(a, a)).toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });
});
