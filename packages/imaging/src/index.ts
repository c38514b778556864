export {
  readImage,
  readImageHeader,
  readPixels,
  type ImageHeader,
  type ReadOptions,
  type Region,
} from './formats/read-image.ts';
export { writeImage, type WriteOptions } from './formats/write-image.ts';
export {
  allocatePixels,
  describeDepth,
  maximumOf,
  type BitDepth,
  type Image,
  type PixelLayout,
  type Pixels,
  type SampleFormat,
} from './formats/pixels.ts';
export { type ImageMetadata, type PhysicalSize } from './formats/ome-metadata.ts';
export { TiffRowWriter } from './formats/tiff-row-writer.ts';
export {
  TiffWriter,
  levelsToOneTile,
  type TiffLevel,
  type TiffWriterOptions,
} from './formats/tiff-writer.ts';
export { cropImage, openImage, type OpenImage, type OpenOptions } from './formats/open-image.ts';
export { assembleMosaic, type AssembleOptions, type AssembleResult } from './mosaic/assemble-mosaic.ts';
export { BLENDS, type Blend } from './mosaic/blend-rows.ts';
export { parseVector, type VectorEntry } from './mosaic/parse-vector.ts';
export { pixelMemory } from './formats/pixel-memory.ts';
export {
  thresholdImage,
  type ThresholdMethod,
  type ThresholdOptions,
  type ThresholdResult,
} from './segmentation/threshold-image.ts';
export { labelMask, type LabelOptions } from './segmentation/label-mask.ts';
export {
  ComponentLabeller,
  type ComponentCount,
  type Connectivity,
  type LabellerOptions,
} from './segmentation/component-labeller.ts';
export { meanOf } from './measurement/mean-of.ts';
export { measureObjects, type MeasureOptions } from './measurement/measure-objects.ts';
export { ObjectMeasurer, type MeasurerOptions } from './measurement/object-measurer.ts';
export { type ObjectFeatures, type PixelSize } from './measurement/object-features.ts';
export { correctTile } from './illumination/correct-tile.ts';
export { ESTIMATORS, type Estimator } from './illumination/combine-tiles.ts';
export {
  estimateFlatField,
  type FlatField,
  type FlatFieldOptions,
} from './illumination/estimate-flat-field.ts';
export { buildDeepZoom, type DeepZoomOptions } from './pyramid/build-deep-zoom.ts';
export { buildOmePyramid, type OmePyramidOptions } from './pyramid/build-ome-pyramid.ts';
export { MatchPool } from './registration/match-pool.ts';
export {
  stitchTiles,
  type StitchedTile,
  type StitchOptions,
  type StitchResult,
} from './registration/stitch-tiles.ts';
export { formatVector, type VectorLine } from './registration/stitching-vector.ts';
export { describeStitch, reportStitch, type StitchReport } from './registration/stitch-report.ts';
export { describeView, openView, type OpenView, type OpenViewOptions } from './viewing/open-view.ts';
export { readImageFacts, type ImageFacts } from './viewing/read-facts.ts';
export { ViewCache, type ViewCacheOptions } from './viewing/view-cache.ts';
export {
  LOOKUPS,
  type EncodedPicture,
  type Histogram,
  type Lookup,
  type PictureFormat,
  type PixelValue,
  type Rendering,
  type TileRequest,
  type TileValues,
  type View,
  type ViewDescription,
  type ViewKind,
  type ViewLevel,
} from './viewing/view-types.ts';
export { type Window as ValueWindow } from './pyramid/choose-window.ts';
