import { describe, expect, it } from 'vitest';
import { keepOrder } from '../src/failures/stable-order.ts';

describe('a list that is looked at', () => {
  it('is in its true order at first', () => {
    expect(keepOrder([], ['b', 'a'])).toEqual({ shown: ['b', 'a'], fresh: 0 });
  });

  it('keeps its order when what is in it moves up', () => {
    expect(keepOrder(['a', 'b', 'c'], ['c', 'a', 'b'])).toEqual({ shown: ['a', 'b', 'c'], fresh: 0 });
  });

  it('does not show what is new on top, and counts it', () => {
    expect(keepOrder(['a', 'b'], ['new', 'a', 'newer', 'b'])).toEqual({ shown: ['a', 'b'], fresh: 2 });
  });

  it('goes on below with the next page', () => {
    expect(keepOrder(['a', 'b'], ['a', 'b', 'c', 'd'])).toEqual({ shown: ['a', 'b', 'c', 'd'], fresh: 0 });
  });

  it('lets go of what is gone, and begins anew when all is', () => {
    expect(keepOrder(['a', 'b', 'c'], ['c', 'a'])).toEqual({ shown: ['a', 'c'], fresh: 0 });
    expect(keepOrder(['a'], ['x', 'y'])).toEqual({ shown: ['x', 'y'], fresh: 0 });
    expect(keepOrder(['a'], [])).toEqual({ shown: [], fresh: 0 });
  });
});
