/** Makes a complete rendering of what was asked, or says what is wrong with it. Rendering is `image-view.ts`'s. */
import { GantryError } from '@gantry/model';
import type { SampleFormat } from '../formats/pixels.ts';
import type { Window } from '../pyramid/choose-window.ts';
import { LOOKUPS, type Lookup, type PictureFormat, type Rendering } from './view-types.ts';

export interface CheckedRendering {
  /** Absent: the default one. */
  readonly window: Window | undefined;
  readonly gamma: number;
  readonly lut: Lookup;
  readonly format: PictureFormat;
  /** Whether that format was asked for by name. */
  readonly formatAsked: boolean;
}

const FORMATS: readonly PictureFormat[] = ['webp', 'png', 'jpeg'];

/** @throws GantryError `bad-parameter`, with `field` */
export function checkRendering(
  path: string,
  sampleFormat: SampleFormat,
  rendering: Rendering,
): CheckedRendering {
  const { window, gamma = 1, lut = 'grey', format } = rendering;
  const refuse = (field: string, what: string, mend: string): GantryError =>
    new GantryError('bad-parameter', `${path} cannot be shown with ${what}`, { file: path, field, mend });
  if (window !== undefined) {
    const { low, high } = window;
    if (!Number.isFinite(low) || !Number.isFinite(high) || high <= low) {
      throw refuse('window', `a window from ${low} to ${high}`, 'Its upper end must be above its lower end.');
    }
  }
  if (!(gamma >= 0.05 && gamma <= 20)) {
    throw refuse('gamma', `a gamma of ${gamma}`, 'It lies between 0.05 and 20; 1 changes nothing.');
  }
  if (!LOOKUPS.includes(lut)) {
    throw refuse('lut', `the colours "${lut}"`, `There are ${LOOKUPS.join(', ')}.`);
  }
  if (format !== undefined && !FORMATS.includes(format)) {
    throw refuse('format', `the format "${format}"`, `There are ${FORMATS.join(', ')}.`);
  }
  const labels = isOfLabels({ lut });
  if (labels && sampleFormat === 'float') {
    throw refuse('lut', 'colours of labels', 'Labels are whole numbers, and its values are not.');
  }
  if (labels && format === 'jpeg') {
    throw refuse('format', 'colours of labels as JPEG', 'JPEG has no transparency; take png or webp.');
  }
  const formatAsked = format !== undefined;
  return { window, gamma, lut, format: format ?? (labels ? 'png' : 'jpeg'), formatAsked };
}

/** True where values are numbers of objects: between two of them there is no third. */
export function isOfLabels({ lut }: Pick<CheckedRendering, 'lut'>): boolean {
  return lut === 'labels' || lut === 'ids';
}
