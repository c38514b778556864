import { describe, expect, it } from 'vitest';
import { formatBrief, formatCell, nameWithUnit } from '../../src/tables/format-cell.ts';

describe('values of tables', () => {
  it.each([
    [null, '–'],
    [NaN, '–'],
    ['', '–'],
    ['cell', 'cell'],
    [1234567, '1,234,567'],
    [0.123456789, '0.12346'],
    [-2717.123456, '-2,717.1'],
    [0.00001234, '1.234e-5'],
    [12345678.5, '1.235e+7'],
  ])('%j is shown as %s', (value, text) => {
    expect(formatCell(value)).toBe(text);
  });

  it.each([
    [null, '–'],
    [1185.83, '1,186'],
    [0.0412345, '0.04123'],
    [467, '467'],
  ])('%j is shown as %s where there is little room', (value, text) => {
    expect(formatBrief(value)).toBe(text);
  });

  it('bear the unit of their column, if it has one', () => {
    expect(nameWithUnit({ name: 'area', unit: 'px²' })).toBe('area (px²)');
    expect(nameWithUnit({ name: 'circularity', unit: '1' })).toBe('circularity');
  });
});
