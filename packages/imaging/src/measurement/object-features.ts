/**
 * From the sums of one object to its features: position, intensity statistics and shape.
 * Names, units and the choice among them are left to `feature-columns`.
 */
import { SUM } from './object-sums.ts';

/** The size of a pixel along x and y, in µm. */
export interface PixelSize {
  readonly x: number;
  readonly y: number;
}

/** What is computed of an object; pixels unless said otherwise, NaN where a feature is not defined. */
export interface ObjectFeatures {
  readonly id: number;
  readonly area: number;
  readonly centroidX: number;
  readonly centroidY: number;
  readonly boxMinX: number;
  readonly boxMinY: number;
  readonly boxMaxX: number;
  readonly boxMaxY: number;
  readonly mean: number;
  readonly sd: number;
  readonly min: number;
  readonly max: number;
  readonly skewness: number;
  readonly kurtosis: number;
  readonly perimeter: number;
  readonly circularity: number;
  readonly eccentricity: number;
  readonly majorAxisLength: number;
  readonly minorAxisLength: number;
  readonly orientation: number;
  /** The ellipse's axes in µm, on pixels that need not be square; NaN without a pixel size. */
  readonly majorAxisMicrons: number;
  readonly minorAxisMicrons: number;
}

/**
 * @param sums an `ObjectSums` record
 * @param perimeter in pixels, or NaN when it was not counted
 */
export function describeObject(
  sums: Float64Array,
  perimeter: number,
  pixelSize: PixelSize | undefined,
): ObjectFeatures {
  const area = sums[SUM.area]!;
  const second = secondMoments(sums);
  const ellipse = ellipseOf(second.xx, second.xy, second.yy);
  const microns =
    pixelSize === undefined
      ? undefined
      : ellipseOf(
          second.xx * pixelSize.x * pixelSize.x,
          second.xy * pixelSize.x * pixelSize.y,
          second.yy * pixelSize.y * pixelSize.y,
        );
  return {
    id: sums[SUM.id]!,
    area,
    centroidX: sums[SUM.x0]! + sums[SUM.x]! / area,
    centroidY: sums[SUM.y0]! + sums[SUM.y]! / area,
    boxMinX: sums[SUM.minX]!,
    boxMinY: sums[SUM.y0]!,
    boxMaxX: sums[SUM.endX]!,
    boxMaxY: sums[SUM.endY]!,
    ...intensityStatistics(sums),
    perimeter,
    circularity: perimeter > 0 ? (4 * Math.PI * area) / (perimeter * perimeter) : NaN,
    eccentricity: ellipse.eccentricity,
    majorAxisLength: ellipse.major,
    minorAxisLength: ellipse.minor,
    orientation: orientationOf(second.xx, second.xy, second.yy),
    majorAxisMicrons: microns?.major ?? NaN,
    minorAxisMicrons: microns?.minor ?? NaN,
  };
}

interface SecondMoments {
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

/** Central second moments divided by the area. The numerators are integers, exact for small objects. */
function secondMoments(sums: Float64Array): SecondMoments {
  const n = sums[SUM.area]!;
  const x = sums[SUM.x]!;
  const y = sums[SUM.y]!;
  return {
    xx: Math.max(0, n * sums[SUM.xx]! - x * x) / n / n,
    xy: (n * sums[SUM.xy]! - x * y) / n / n,
    yy: Math.max(0, n * sums[SUM.yy]! - y * y) / n / n,
  };
}

interface Ellipse {
  readonly major: number;
  readonly minor: number;
  readonly eccentricity: number;
}

/** The ellipse with these second moments: its axes are 4 times the roots of the eigenvalues. */
function ellipseOf(xx: number, xy: number, yy: number): Ellipse {
  const difference = Math.hypot(xx - yy, 2 * xy);
  const large = (xx + yy + difference) / 2;
  if (large === 0) return { major: 0, minor: 0, eccentricity: 0 };
  // The small eigenvalue as determinant over the large one: a difference would cancel in thin objects.
  const small = Math.max(0, xx * yy - xy * xy) / large;
  return {
    major: 4 * Math.sqrt(large),
    minor: 4 * Math.sqrt(Math.min(small, large)),
    // √(1 − small/large), which would cancel in round objects.
    eccentricity: Math.min(1, Math.sqrt(difference / large)),
  };
}

/**
 * Radians from the downward axis to the major axis, positive towards x, in (−π/2, π/2]. Where no axis
 * is the major one, π/4, as scikit-image 0.19 has it.
 */
function orientationOf(xx: number, xy: number, yy: number): number {
  if (xy === 0 && xx === yy) return Math.PI / 4;
  return 0.5 * Math.atan2(2 * xy, yy - xx);
}

type IntensityStatistics = Pick<ObjectFeatures, 'mean' | 'sd' | 'min' | 'max' | 'skewness' | 'kurtosis'>;

const NO_INTENSITY: IntensityStatistics = {
  mean: NaN,
  sd: NaN,
  min: NaN,
  max: NaN,
  skewness: NaN,
  kurtosis: NaN,
};

/** Moments of the object's values as a whole population: no correction for a sample. */
function intensityStatistics(sums: Float64Array): IntensityStatistics {
  const n = sums[SUM.area]!;
  const min = sums[SUM.min]!;
  const max = sums[SUM.max]!;
  const m = sums[SUM.v]! / n;
  // An infinite or NaN pixel leaves no finite sum; without an image nothing was ever compared.
  if (!Number.isFinite(m) || min > max) return NO_INTENSITY;
  const mean = sums[SUM.v0]! + m;
  if (min === max) return { ...NO_INTENSITY, mean, sd: 0, min, max };
  const s2 = sums[SUM.vv]! / n;
  const s3 = sums[SUM.vvv]! / n;
  const s4 = sums[SUM.vvvv]! / n;
  const m2 = s2 - m * m;
  const m3 = s3 - 3 * m * s2 + 2 * m * m * m;
  const m4 = s4 - 4 * m * s3 + 6 * m * m * s2 - 3 * m ** 4;
  return { mean, sd: Math.sqrt(m2), min, max, skewness: m3 / m2 ** 1.5, kurtosis: m4 / (m2 * m2) - 3 };
}
