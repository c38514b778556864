/**
 * The columns of a table of features: name, group, unit, definition and value, and the choice among them.
 * Computing the values is left to `object-features`, writing them to `feature-table`.
 */
import { GantryError } from '@gantry/model';
import type { ObjectFeatures, PixelSize } from './object-features.ts';

/** Features that are chosen together. */
export const featureGroups = ['area', 'centroid', 'bbox', 'intensity', 'shape'] as const;
export type FeatureGroup = (typeof featureGroups)[number];

/** What a feature is, for people and for the table's sidecar. */
export interface FeatureColumn {
  /** The header in the table. */
  readonly name: string;
  readonly group: FeatureGroup | 'id';
  /** `px` is a pixel's side, `1` a pure number. */
  readonly unit: string;
  readonly definition: string;
  /** NaN where the feature is not defined for the object. */
  readonly valueOf: (object: ObjectFeatures, pixelSize: PixelSize) => number;
  /** For a column in µm, the name of the column in pixels that it accompanies. */
  readonly of?: string;
  /** In µm it has a meaning on square pixels only. */
  readonly squareOnly?: boolean;
}

const INTENSITY_UNIT = 'gray value';

const ID: FeatureColumn = {
  name: 'id',
  group: 'id',
  unit: '1',
  definition: 'Value of the object in the label image',
  valueOf: (o) => o.id,
};

/** Every feature in pixels, in the order of the table. */
const featureColumns: readonly FeatureColumn[] = [
  { name: 'area', group: 'area', unit: 'px²', definition: 'Number of pixels', valueOf: (o) => o.area },
  {
    name: 'centroid_x',
    group: 'centroid',
    unit: 'px',
    definition: 'Mean column of the pixels; the centre of the first pixel is 0',
    valueOf: (o) => o.centroidX,
  },
  {
    name: 'centroid_y',
    group: 'centroid',
    unit: 'px',
    definition: 'Mean row of the pixels; the centre of the first pixel is 0',
    valueOf: (o) => o.centroidY,
  },
  {
    name: 'bbox_min_x',
    group: 'bbox',
    unit: 'px',
    definition: 'First column of the bounding box',
    valueOf: (o) => o.boxMinX,
  },
  {
    name: 'bbox_min_y',
    group: 'bbox',
    unit: 'px',
    definition: 'First row of the bounding box',
    valueOf: (o) => o.boxMinY,
  },
  {
    name: 'bbox_max_x',
    group: 'bbox',
    unit: 'px',
    definition: 'Column after the last one of the bounding box',
    valueOf: (o) => o.boxMaxX,
  },
  {
    name: 'bbox_max_y',
    group: 'bbox',
    unit: 'px',
    definition: 'Row after the last one of the bounding box',
    valueOf: (o) => o.boxMaxY,
  },
  {
    name: 'mean',
    group: 'intensity',
    unit: INTENSITY_UNIT,
    definition: 'Mean gray value',
    valueOf: (o) => o.mean,
  },
  {
    name: 'sd',
    group: 'intensity',
    unit: INTENSITY_UNIT,
    definition: 'Standard deviation of the gray values, divided by their number (not by one less)',
    valueOf: (o) => o.sd,
  },
  {
    name: 'min',
    group: 'intensity',
    unit: INTENSITY_UNIT,
    definition: 'Smallest gray value',
    valueOf: (o) => o.min,
  },
  {
    name: 'max',
    group: 'intensity',
    unit: INTENSITY_UNIT,
    definition: 'Largest gray value',
    valueOf: (o) => o.max,
  },
  {
    name: 'skewness',
    group: 'intensity',
    unit: '1',
    definition: 'Third central moment over sd³, not corrected for bias; empty where sd is 0',
    valueOf: (o) => o.skewness,
  },
  {
    name: 'kurtosis',
    group: 'intensity',
    unit: '1',
    definition: 'Fourth central moment over sd⁴, minus 3, not corrected for bias; empty where sd is 0',
    valueOf: (o) => o.kurtosis,
  },
  {
    name: 'perimeter',
    group: 'shape',
    unit: 'px',
    definition: 'Length of the line through the boundary pixels, holes included; 0 for one or two pixels',
    valueOf: (o) => o.perimeter,
  },
  {
    name: 'circularity',
    group: 'shape',
    unit: '1',
    definition: '4π · area / perimeter²; exceeds 1 for small objects; empty where the perimeter is 0',
    valueOf: (o) => o.circularity,
  },
  {
    name: 'eccentricity',
    group: 'shape',
    unit: '1',
    definition: 'Of the ellipse with the same second moments: 0 for a circle, 1 for a line',
    valueOf: (o) => o.eccentricity,
  },
  {
    name: 'major_axis_length',
    group: 'shape',
    unit: 'px',
    definition: 'Length of the major axis of the ellipse with the same second moments',
    valueOf: (o) => o.majorAxisLength,
  },
  {
    name: 'minor_axis_length',
    group: 'shape',
    unit: 'px',
    definition: 'Length of the minor axis of the ellipse with the same second moments',
    valueOf: (o) => o.minorAxisLength,
  },
  {
    name: 'orientation',
    group: 'shape',
    unit: 'rad',
    definition:
      'Angle from the downward (row) axis to the major axis, positive towards larger columns, from −π/2 to π/2; ' +
      'π/4 where no axis is longer than another',
    valueOf: (o) => o.orientation,
  },
];

/** The same lengths and areas in µm. */
const micronColumns: readonly FeatureColumn[] = [
  inMicrons('area', 'area_um2', 'µm²', (o, size) => o.area * size.x * size.y),
  inMicrons('centroid_x', 'centroid_x_um', 'µm', (o, size) => o.centroidX * size.x),
  inMicrons('centroid_y', 'centroid_y_um', 'µm', (o, size) => o.centroidY * size.y),
  { ...inMicrons('perimeter', 'perimeter_um', 'µm', (o, size) => o.perimeter * size.x), squareOnly: true },
  inMicrons('major_axis_length', 'major_axis_length_um', 'µm', (o) => o.majorAxisMicrons),
  inMicrons('minor_axis_length', 'minor_axis_length_um', 'µm', (o) => o.minorAxisMicrons),
];

function inMicrons(of: string, name: string, unit: string, valueOf: FeatureColumn['valueOf']): FeatureColumn {
  const base = featureColumns.find((column) => column.name === of)!;
  return { name, group: base.group, unit, definition: `${base.definition}; in ${unit}`, valueOf, of };
}

/** True where the two sides of a pixel differ by no more than rounding in a file's metadata. */
export function isSquare(size: PixelSize): boolean {
  return Math.abs(size.x - size.y) <= 1e-6 * Math.max(size.x, size.y);
}

/**
 * The columns of a table: `id`, the chosen ones in their usual order, and then those of them that can
 * be told in µm.
 *
 * @param which names of groups or of features; none means all
 * @param pixelSize µm per pixel; without it the table has no µm
 * @throws GantryError `unknown-feature` for a name that is neither
 */
export function chooseColumns(
  which: readonly string[],
  pixelSize: PixelSize | undefined,
): readonly FeatureColumn[] {
  const known = new Set<string>([...featureGroups, ...featureColumns.map((column) => column.name)]);
  for (const name of which) {
    if (known.has(name)) continue;
    throw new GantryError('unknown-feature', `there is no feature or group of features named "${name}"`, {
      field: 'params.which',
      mend: `Use groups (${featureGroups.join(', ')}) or features (${featureColumns.map((c) => c.name).join(', ')})`,
    });
  }
  const wanted = new Set(which);
  const chosen = featureColumns.filter(
    (column) => wanted.size === 0 || wanted.has(column.group) || wanted.has(column.name),
  );
  const names = new Set(chosen.map((column) => column.name));
  const physical = micronColumns.filter(
    (column) =>
      pixelSize !== undefined && names.has(column.of!) && (!column.squareOnly || isSquare(pixelSize)),
  );
  return [ID, ...chosen, ...physical];
}
