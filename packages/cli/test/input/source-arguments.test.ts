import { describe, expect, it } from 'vitest';
import { assignSources, readParams } from '../../src/input/source-arguments.ts';

const none = { input: [], pattern: [], extent: [] };

describe('assignSources', () => {
  it('needs no name where there is one source', () => {
    const given = assignSources(['tiles'], {
      input: ['folder'],
      pattern: ['a{row:d}=b.tif'],
      extent: ['row=1..4', 'tiles.col=-2..0'],
    });
    expect(given.get('tiles')).toEqual({
      input: 'folder',
      pattern: 'a{row:d}=b.tif',
      extents: { row: [1, 4], col: [-2, 0] },
    });
  });

  it('takes what is before = for a source only if there is one of that name', () => {
    const one = assignSources(['tiles'], { ...none, input: ['run=3/tiles'] });
    expect(one.get('tiles')?.input).toBe('run=3/tiles');
    const two = assignSources(['a', 'b'], { ...none, input: ['b=x=y', 'a=z'], pattern: ['a=p{t:d}'] });
    expect(two.get('b')).toEqual({ input: 'x=y', pattern: undefined, extents: {} });
    expect(two.get('a')).toEqual({ input: 'z', pattern: 'p{t:d}', extents: {} });
  });

  it.each([
    [['a', 'b'], { ...none, input: ['x', 'b=y'] }, 'does not say which source'],
    [['a', 'b'], { ...none, input: ['a=x'] }, 'source `b` has no input'],
    [['a'], { ...none, input: ['x', 'y'] }, 'given twice'],
    [['a'], { ...none, input: ['a='] }, 'is empty'],
    [['a'], { ...none, input: ['x'], extent: ['z=4'] }, 'is not an extent'],
    [['a'], { ...none, input: ['x'], extent: ['b.z=1..4'] }, 'no source of the pipeline'],
    [['a'], { ...none, input: ['x'], extent: ['z=4..1'] }, 'above its end'],
  ])('refuses %j %j', (sources, options, message) => {
    expect(() => assignSources(sources, options)).toThrow(message);
  });

  it('leaves out sources without an input where some are enough', () => {
    expect([...assignSources(['a', 'b'], { ...none, input: ['b=x'] }, 'some').keys()]).toEqual(['b']);
  });
});

describe('readParams', () => {
  it('splits at the first dot and the first =', () => {
    expect(readParams(['fix.sigma=1.5', 'fix.name=a=b.c', 'segment.method='])).toEqual({
      fix: { sigma: '1.5', name: 'a=b.c' },
      segment: { method: '' },
    });
  });

  it.each(['sigma=1', 'fix.sigma', '.x=1'])('refuses %s', (text) => {
    expect(() => readParams([text])).toThrow('is not a parameter');
  });

  it('refuses the same one twice', () => {
    expect(() => readParams(['a.b=1', 'a.b=2'])).toThrow('given twice');
  });
});
