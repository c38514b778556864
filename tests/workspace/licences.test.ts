/** The judgement of licences; the project's own dependencies are judged by `npm run check`. */
import { describe, expect, it } from 'vitest';
import { judgeLicences } from '../../scripts/licences.ts';

describe('judgeLicences', () => {
  it('accepts permissive licences, and one alternative of several', () => {
    const packages = {
      'node_modules/a': { license: 'MIT' },
      'node_modules/b': { license: '(GPL-3.0 OR BSD-3-Clause)' },
      'node_modules/c': { license: 'MIT AND ISC' },
    };
    expect(judgeLicences(packages)).toEqual({ checked: 3, problems: [] });
  });

  it('refuses others, those without a licence, and a part of AND that is not permissive', () => {
    const packages = {
      'node_modules/a': { license: 'GPL-3.0-only' },
      'node_modules/x/node_modules/b': {},
      'node_modules/c': { license: 'MIT AND AGPL-3.0' },
      'node_modules/d': { license: 'MIT AND (ISC OR GPL-2.0)' },
    };
    expect(judgeLicences(packages).problems.map((problem) => problem.split(' ')[0])).toEqual(
      Object.keys(packages),
    );
  });

  it('judges neither our own packages nor those of development', () => {
    const packages = {
      '': {},
      'packages/model': {},
      'node_modules/@gantry/model': { link: true },
      'node_modules/tool': { dev: true, license: 'GPL-3.0-only' },
    };
    expect(judgeLicences(packages)).toEqual({ checked: 0, problems: [] });
  });

  it('makes its exception for libvips alone', () => {
    const lgpl = { license: 'LGPL-3.0-or-later' };
    expect(judgeLicences({ 'node_modules/@img/sharp-libvips-linux-x64': lgpl }).problems).toEqual([]);
    expect(
      judgeLicences({ 'node_modules/@img/sharp-libvips-linux-x64': { license: 'GPL-3.0' } }).problems,
    ).toHaveLength(1);
    expect(judgeLicences({ 'node_modules/other': lgpl }).problems).toHaveLength(1);
  });
});
