import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildOmeXml, parseOmeXml, type ImageMetadata } from '../../src/formats/ome-metadata.ts';
import { parseXml } from '../../src/formats/parse-xml.ts';

const layout = { width: 30, height: 20, bitDepth: 16, sampleFormat: 'uint' } as const;

describe('OME-XML', () => {
  it('says the same after writing and reading, whatever people call things', () => {
    // XML has no control characters, turns line ends in attributes to spaces, and trimmed text is ours.
    const text = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((t) => !/[\0-\x1f\x7f-\x9f\ufffe\uffff]/.test(t));
    const words = text.map((t) => t.trim()).filter((t) => t !== '');
    const size = fc.record({
      value: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      unit: fc.constantFrom('µm', 'nm'),
    });
    const metadata = fc.record(
      {
        name: text,
        description: words,
        acquired: fc.constant('2024-05-06T07:08:09'),
        physicalSizeX: size,
        physicalSizeY: size,
        physicalSizeZ: size,
        channel: fc.record({ Name: text }),
        plane: fc.record({ ExposureTime: fc.constant('0.25'), PositionX: fc.constant('-3') }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(metadata, (given) => {
        expect(parseOmeXml(buildOmeXml(layout, given as ImageMetadata))).toEqual(given);
      }),
    );
  });

  it('is read with a prefix, comments, CDATA and the default unit', () => {
    const xml = `<?xml version="1.0"?><!-- <OME> --><ome:OME xmlns:ome="x"><ome:Image Name='a&#x41;&amp;&#66;'>
      <ome:Description><![CDATA[x < y & z]]></ome:Description><ome:Pixels PhysicalSizeX="0.5" PhysicalSizeY="0">
      <ome:Channel Name="c1"/><ome:Channel Name="c2"/></ome:Pixels></ome:Image></ome:OME>\0`;
    expect(parseOmeXml(xml)).toEqual({
      name: 'aA&B',
      description: 'x < y & z',
      physicalSizeX: { value: 0.5, unit: 'µm' },
      channel: { Name: 'c1' },
    });
  });

  it('is refused where it is not well formed', () => {
    for (const bad of ['', '<a>', '<a></b>', '<a', '</a>', '<a b=c></a>', '<a>text', '<a/><']) {
      expect(() => parseXml(bad), bad).toThrow(SyntaxError);
    }
  });
});
