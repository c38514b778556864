/**
 * What OME-XML says about a single-plane image, and OME-XML (schema 2016-06) for one that we write.
 * Structured annotations and instrument descriptions are not carried on: they refer to other parts of the
 * original file. Reading and writing the TIFF tag that holds the text is left to the TIFF modules.
 */
import { childOf, escapeXml, parseXml, type XmlElement } from './parse-xml.ts';
import type { PixelLayout } from './pixels.ts';

/** A size with the unit that the file states; OME's default unit is µm. */
export interface PhysicalSize {
  readonly value: number;
  readonly unit: string;
}

/** Everything is optional: files state what they know. */
export interface ImageMetadata {
  readonly name?: string;
  readonly description?: string;
  /** ISO 8601. */
  readonly acquired?: string;
  /** Of one pixel (z: of one plane). */
  readonly physicalSizeX?: PhysicalSize;
  readonly physicalSizeY?: PhysicalSize;
  readonly physicalSizeZ?: PhysicalSize;
  /** Attributes of the image's first channel, by their OME names. */
  readonly channel?: Readonly<Record<string, string>>;
  /** Attributes of its first plane (stage position, exposure, …), by their OME names. */
  readonly plane?: Readonly<Record<string, string>>;
}

// Attributes that stand on their own; references to other elements (ID, LightPath, …) do not.
const CHANNEL_ATTRIBUTES = [
  ...['Name', 'Color', 'Fluor', 'AcquisitionMode', 'ContrastMethod', 'IlluminationType', 'NDFilter'],
  ...['EmissionWavelength', 'EmissionWavelengthUnit', 'ExcitationWavelength', 'ExcitationWavelengthUnit'],
  ...['PinholeSize', 'PinholeSizeUnit', 'PockelCellSetting'],
];
const PLANE_ATTRIBUTES = [
  ...['DeltaT', 'DeltaTUnit', 'ExposureTime', 'ExposureTimeUnit', 'PositionX', 'PositionXUnit'],
  ...['PositionY', 'PositionYUnit', 'PositionZ', 'PositionZUnit'],
];

/**
 * Reads the first image of an OME-XML text.
 * @throws SyntaxError if it is not well-formed XML
 */
export function parseOmeXml(text: string): ImageMetadata {
  const image = childOf(parseXml(text), 'Image');
  const pixels = childOf(image, 'Pixels');
  return dropAbsent({
    name: image?.attributes['Name'],
    description: nonEmpty(childOf(image, 'Description')?.text),
    // Before 2011 it was spelt CreationDate and held the same.
    acquired: nonEmpty((childOf(image, 'AcquisitionDate') ?? childOf(image, 'CreationDate'))?.text),
    physicalSizeX: physicalSize(pixels, 'PhysicalSizeX'),
    physicalSizeY: physicalSize(pixels, 'PhysicalSizeY'),
    physicalSizeZ: physicalSize(pixels, 'PhysicalSizeZ'),
    channel: pick(childOf(pixels, 'Channel'), CHANNEL_ATTRIBUTES),
    plane: pick(childOf(pixels, 'Plane'), PLANE_ATTRIBUTES),
  });
}

/** True for an ImageDescription that is OME-XML. */
export function isOmeXml(text: string): boolean {
  return /<(\w+:)?OME[\s>]/.test(text.slice(0, 4096));
}

/**
 * Reads ImageJ's own description ("unit=micron"); there the resolution tags count pixels per unit.
 * @param pixelsPerUnit the TIFF's XResolution and YResolution
 */
export function parseImageJ(text: string, pixelsPerUnit: { x?: number; y?: number }): ImageMetadata {
  const unit = /^unit=(.*)$/m
    .exec(text)?.[1]
    ?.trim()
    .replace(/\\u00B5/i, 'µ');
  const names: Record<string, string> = {
    micron: 'µm',
    microns: 'µm',
    um: 'µm',
    µm: 'µm',
    nm: 'nm',
    mm: 'mm',
    cm: 'cm',
  };
  const known = unit === undefined ? undefined : names[unit];
  if (known === undefined) return {};
  const size = (perUnit: number | undefined): PhysicalSize | undefined =>
    perUnit === undefined || !(perUnit > 0) ? undefined : { value: 1 / perUnit, unit: known };
  return dropAbsent({ physicalSizeX: size(pixelsPerUnit.x), physicalSizeY: size(pixelsPerUnit.y) });
}

/** OME-XML for a file with one plane of one channel. */
export function buildOmeXml(layout: PixelLayout, metadata: ImageMetadata): string {
  const type = layout.sampleFormat === 'float' ? 'float' : `uint${layout.bitDepth}`;
  const sizes = (['X', 'Y', 'Z'] as const).flatMap((axis) => {
    const size = metadata[`physicalSize${axis}`];
    if (size === undefined) return [];
    return [attribute(`PhysicalSize${axis}`, size.value), attribute(`PhysicalSize${axis}Unit`, size.unit)];
  });
  const xsi = 'http://www.w3.org/2001/XMLSchema-instance';
  const schema = 'http://www.openmicroscopy.org/Schemas/OME/2016-06';
  const plane =
    metadata.plane === undefined ? '' : `<Plane TheZ="0" TheT="0" TheC="0"${attributes(metadata.plane)}/>`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<OME xmlns="${schema}" xmlns:xsi="${xsi}" xsi:schemaLocation="${schema} ${schema}/ome.xsd" Creator="Gantry">`,
    `<Image ID="Image:0"${metadata.name === undefined ? '' : attribute('Name', metadata.name)}>`,
    metadata.acquired === undefined
      ? ''
      : `<AcquisitionDate>${escapeXml(metadata.acquired)}</AcquisitionDate>`,
    metadata.description === undefined ? '' : `<Description>${escapeXml(metadata.description)}</Description>`,
    `<Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="${type}" SignificantBits="${layout.bitDepth}"`,
    ` BigEndian="false" Interleaved="false" SizeX="${layout.width}" SizeY="${layout.height}"`,
    ` SizeC="1" SizeZ="1" SizeT="1"${sizes.join('')}>`,
    `<Channel ID="Channel:0:0" SamplesPerPixel="1"${attributes(metadata.channel ?? {})}/>`,
    '<TiffData IFD="0" FirstC="0" FirstZ="0" FirstT="0" PlaneCount="1"/>',
    `${plane}</Pixels></Image></OME>`,
  ].join('');
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => attribute(name, value))
    .join('');
}

function attribute(name: string, value: string | number): string {
  return ` ${name}="${escapeXml(String(value))}"`;
}

function physicalSize(pixels: XmlElement | undefined, name: string): PhysicalSize | undefined {
  const value = Number(pixels?.attributes[name]);
  if (!Number.isFinite(value) || value <= 0) return undefined;
  return { value, unit: pixels?.attributes[`${name}Unit`] ?? 'µm' };
}

function pick(element: XmlElement | undefined, names: readonly string[]): Record<string, string> | undefined {
  const found = names.flatMap((name) => {
    const value = element?.attributes[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function nonEmpty(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}

/** `exactOptionalPropertyTypes`: an absent member and one that is undefined are not the same. */
function dropAbsent(values: { [K in keyof ImageMetadata]: ImageMetadata[K] | undefined }): ImageMetadata {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
