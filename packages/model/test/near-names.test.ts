import { describe, expect, it } from 'vitest';
import { suggestName } from '../src/near-names.ts';

describe('suggestName', () => {
  it.each([
    ['wiat', ['wait', 'path'], 'Did you mean `wait`?'],
    ['Sigma', ['sigma'], 'Did you mean `sigma`?'],
    ['seg', ['segment', 'stitch'], 'Did you mean `segment`?'],
    // Shorter than the distance to it: no name of one letter is near to anything.
    ['nix', ['i', 'j'], 'There are `i` and `j`.'],
    ['a', ['i'], 'The only one is `i`.'],
    ['I', ['i', 'j'], 'Did you mean `i`?'],
  ])('%s among %j', (name, known, mend) => {
    expect(suggestName(name, known)).toBe(mend);
  });
});
