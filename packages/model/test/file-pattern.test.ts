import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGantryError, maxCoordinate, parsePattern } from '../src/index.ts';

function errorOf(pattern: string): { code: string; message: string; mend: string | undefined } {
  try {
    parsePattern(pattern);
  } catch (error) {
    if (isGantryError(error)) return error;
    throw error;
  }
  throw new Error(`${pattern} was accepted`);
}

describe('a file-name pattern', () => {
  it('reads and makes the names of a grid', () => {
    const pattern = parsePattern('img_r{row:ddd}_c{col:ddd}.ome.tif');
    expect(pattern.axes).toEqual(['row', 'col']);
    expect(pattern.match('img_r001_c012.ome.tif')).toEqual({ row: 1, col: 12 });
    expect(pattern.generate({ row: 1, col: 12 })).toBe('img_r001_c012.ome.tif');
    expect(pattern.match('img_r001_c012xome.tif')).toBeUndefined();
    expect(pattern.match('ximg_r001_c012.ome.tif')).toBeUndefined();
    expect(pattern.match('img_r1_c012.ome.tif')).toBeUndefined();
  });

  it.each([
    ['{rrr}', 'row'],
    ['{cc}', 'col'],
    ['{pppp}', 'position'],
    ['{t}', 't'],
    ['{zz}', 'z'],
  ])('reads the short field %s as the axis %s', (field, axis) => {
    const pattern = parsePattern(`img_${field}.tif`);
    const width = field.length - 2;
    expect(pattern.generate({ [axis]: 7 })).toBe(`img_${'7'.padStart(width, '0')}.tif`);
    expect(pattern.match(`img_${'7'.padStart(width, '0')}.tif`)).toEqual({ [axis]: 7 });
  });

  it('lets a padded number grow where it needs to, and only without zeros before it', () => {
    const pattern = parsePattern('z{z:ddd}.tif');
    expect(pattern.generate({ z: 12345 })).toBe('z12345.tif');
    expect(pattern.match('z12345.tif')).toEqual({ z: 12345 });
    expect(pattern.match('z01234.tif')).toBeUndefined();
  });

  it('keeps the width of neighbouring fields, since nothing else parts them', () => {
    const pattern = parsePattern('{rrr}{ccc}.tif');
    expect(pattern.match('012345.tif')).toEqual({ row: 12, col: 345 });
    expect(pattern.match('1012345.tif')).toBeUndefined();
    expect(() => pattern.generate({ row: 1000, col: 1 })).toThrow('`row` = 1000 does not fit');
    expect(() => pattern.generate({ row: 1, col: 1000 })).toThrow('`col` = 1000 does not fit');
  });

  it('reads labels as 0, 1, … in their order', () => {
    const pattern = parsePattern('{channel:(DAPI|GFP)}_{z:d+}.tif');
    expect(pattern.match('GFP_007.tif')).toEqual({ channel: 1, z: 7 });
    expect(pattern.generate({ channel: 0, z: 7 })).toBe('DAPI_7.tif');
    expect(pattern.match('RFP_7.tif')).toBeUndefined();
    expect(() => pattern.generate({ channel: 2, z: 7 })).toThrow('does not fit');
  });

  it('passes over fields named _', () => {
    const pattern = parsePattern('{_:c+}-{_:f+}_{z:d+}_{_:d+}.tif');
    expect(pattern.axes).toEqual(['z']);
    expect(pattern.match('abc--1.5e3_4_99.tif')).toEqual({ z: 4 });
    expect(() => pattern.generate({ z: 4 })).toThrow('passes over');
  });

  it('matches folders, and wants equal values where an axis comes twice', () => {
    const pattern = parsePattern('t{t:d+}/img_t{t:ddd}_r{row:ddd}.tif');
    expect(pattern.match('t4/img_t004_r002.tif')).toEqual({ t: 4, row: 2 });
    expect(pattern.match('t4/img_t005_r002.tif')).toBeUndefined();
    expect(pattern.generate({ t: 4, row: 2 })).toBe('t4/img_t004_r002.tif');
  });

  it('takes braces written twice, and the characters of expressions, literally', () => {
    const pattern = parsePattern('a{{b}}(.*)+[$]^|?_{z:d}.tif');
    expect(pattern.match('a{b}(.*)+[$]^|?_3.tif')).toEqual({ z: 3 });
    expect(pattern.match('a{b}(x*)+[$]^|?_3.tif')).toBeUndefined();
  });

  it('does not match numbers that no place can have', () => {
    const pattern = parsePattern('{z:d+}');
    expect(pattern.match(String(maxCoordinate))).toEqual({ z: maxCoordinate });
    expect(pattern.match(String(maxCoordinate + 1))).toBeUndefined();
    for (const z of [-1, 1.5, maxCoordinate + 1, NaN])
      expect(() => pattern.generate({ z })).toThrow('does not fit');
    expect(() => pattern.generate({ row: 1 })).toThrow('the place has no `z`');
  });

  it('is quick on names that nearly match', () => {
    const pattern = parsePattern('{a:d+}_{b:d+}_{c:d+}_{e:ddd}{f:dd}.tif');
    const started = performance.now();
    expect(pattern.match(`${'1'.repeat(20_000)}_${'2'.repeat(20_000)}_x`)).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it.each([
    ['{z:d+}{t:d+}', 'pattern-ambiguous', '`{z:d+}` ends and `{t:d+}` begins'],
    ['{z:d+}12{t:d+}.tif', 'pattern-ambiguous', '`{z:d+}` ends'],
    ['{_:c+}x{ch:(ab|xb)}{_:c+}', 'pattern-ambiguous', '`{_:c+}` ends'],
    ['{ch:(A|AB)}{_:c+}.tif', 'pattern-ambiguous', '`{ch:(A|AB)}` ends'],
    ['{_:f+}-{z:d+}', 'pattern-ambiguous', '`{_:f+}` ends'],
    ['{ch:c+}.tif', 'pattern-text-axis', 'letters cannot be the places of the axis `ch`'],
    ['{x:f+}.tif', 'pattern-text-axis', 'decimal numbers'],
    ['img_{xxx}.tif', 'pattern-syntax', '`{xxx}` is not known, in `img_{xxx}.tif` at column 5'],
    ['img_{z', 'pattern-syntax', 'not closed, in `img_{z` at column 5'],
    ['img}', 'pattern-syntax', 'column 4'],
    ['{z:dd+}', 'pattern-syntax', '`{z:dd+}` is not a field'],
    ['{9:d}', 'pattern-syntax', 'is not a field'],
    ['{ch:(a|)}', 'pattern-syntax', 'empty label'],
    ['{ch:(a|a)}', 'pattern-syntax', 'lists `a` twice'],
    ['{ch:(a|b)}_{ch:d}', 'pattern-axis-twice', 'the axis `ch` twice'],
    ['../{z:d}.tif', 'pattern-syntax', 'not a path below a folder'],
    ['/x/{z:d}.tif', 'pattern-syntax', 'not a path below a folder'],
    ['a\\{z:d}.tif', 'pattern-syntax', 'not a path below a folder'],
    ['', 'pattern-syntax', 'not a path below a folder'],
  ])('refuses %s', (pattern, code, message) => {
    const error = errorOf(pattern);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.mend?.length).toBeGreaterThan(10);
  });
});

const literal = fc.stringMatching(/^[a-z0-9_.{}()+*-]{0,4}$/);
const field = (axis: string) =>
  fc.oneof(
    fc.integer({ min: 1, max: 4 }).map((width) => `{${axis}:${'d'.repeat(width)}}`),
    fc.constant(`{${axis}:d+}`),
    fc
      .uniqueArray(fc.stringMatching(/^[A-Z0-9]{1,3}$/), { minLength: 1, maxLength: 4 })
      .map((labels) => `{${axis}:(${labels.join('|')})}`),
  );
const patterns = fc
  .tuple(literal, field('row'), literal, field('col'), literal, field('z'), literal)
  .map((parts) =>
    parts
      .map((part) =>
        part.startsWith('{') && part.includes(':') ? part : part.replaceAll('{', '{{').replaceAll('}', '}}'),
      )
      .join(''),
  );
const coordinates = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: maxCoordinate }));
const places = fc.record({ row: coordinates, col: coordinates, z: coordinates });

describe('any pattern that is accepted', () => {
  it('gives back the place whose name it made, and makes no name twice', () => {
    let accepted = 0;
    fc.assert(
      fc.property(patterns, fc.array(places, { minLength: 1, maxLength: 8 }), (text, some) => {
        const pattern = accept(text);
        if (pattern === undefined) return;
        const names = new Map<string, string>();
        for (const place of some) {
          const name = make(pattern, place);
          if (name === undefined) continue;
          accepted += 1;
          expect(pattern.match(name)).toEqual(place);
          const key = JSON.stringify(place);
          expect(names.get(name) ?? key).toBe(key);
          names.set(name, key);
        }
      }),
      { numRuns: 1500 },
    );
    expect(accepted).toBeGreaterThan(500);
  });

  it('reads a name in one way only', () => {
    // Every way of cutting the name into the fields' texts, by brute force.
    const short = fc.constantFrom('1', '0', 'a', '', '_', '10');
    const fields = fc.constantFrom('d', 'dd', 'd+', '(1|11)', '(1|2)', '(a|1)', '(10|1)');
    fc.assert(
      fc.property(
        fc.array(fields, { minLength: 2, maxLength: 3 }),
        fc.array(short, { minLength: 4, maxLength: 4 }),
        fc.stringMatching(/^[01a_]{1,8}$/),
        (forms, texts, name) => {
          const text =
            forms.map((form, index) => `${texts[index] ?? ''}{n${index}:${form}}`).join('') +
            (texts[3] ?? '');
          const pattern = accept(text);
          if (pattern === undefined) return;
          const strict = readings(forms, texts, name);
          // Growing fields that were made strict read fewer names, never more ways.
          const read = pattern.match(name);
          if (read === undefined) return;
          expect(strict.map((values) => JSON.stringify(values))).toContain(
            JSON.stringify(Object.values(read)),
          );
          if (!forms.some((form) => /^d+$/.test(form))) expect(strict).toHaveLength(1);
        },
      ),
      { numRuns: 2500 },
    );
  });
});

function accept(text: string): ReturnType<typeof parsePattern> | undefined {
  try {
    return parsePattern(text);
  } catch (error) {
    if (isGantryError(error)) return undefined;
    throw error;
  }
}

function make(pattern: ReturnType<typeof parsePattern>, place: Record<string, number>): string | undefined {
  try {
    return pattern.generate(place);
  } catch (error) {
    if (isGantryError(error)) return undefined;
    throw error;
  }
}

/** All values that fields can have so that the texts and fields in turn spell the name. */
function readings(forms: readonly string[], texts: readonly string[], name: string): number[][] {
  const [form, ...others] = forms;
  const [text = '', ...rest] = texts;
  if (form === undefined) return name === (texts.at(-1) ?? '') ? [[]] : [];
  if (!name.startsWith(text)) return [];
  const from = name.slice(text.length);
  return Array.from({ length: from.length }, (_, index) => from.slice(0, index + 1)).flatMap((part) => {
    const value = valueOf(form, part);
    if (value === undefined) return [];
    return readings(
      others,
      others.length === 0 ? [texts[3] ?? rest.at(-1) ?? ''] : rest,
      from.slice(part.length),
    ).map((more) => [value, ...more]);
  });
}

function valueOf(form: string, text: string): number | undefined {
  if (form.startsWith('(')) {
    const index = form.slice(1, -1).split('|').indexOf(text);
    return index < 0 ? undefined : index;
  }
  if (!/^[0-9]+$/.test(text)) return undefined;
  if (form === 'd+') return Number(text);
  return text.length === form.length || (text.length > form.length && !text.startsWith('0'))
    ? Number(text)
    : undefined;
}
