/** The line below an image: where the pointer is, what the file has there, and how large the image is shown. */
import type { PictureDescription } from '@gantry/model';
import { formatLength } from './lengths.ts';
import classes from './viewer.module.css';
import { useReadout, type Readout } from './use-readout.ts';
import { useView, type OpenStage } from './use-stage.ts';

interface ReadoutLineProps {
  readonly element: HTMLElement | null;
  readonly open: OpenStage;
  readonly overlayKind: string | undefined;
}

export function ReadoutLine({ element, open, overlayKind }: ReadoutLineProps) {
  const readout = useReadout(element, open);
  const { scale } = useView(open.stage);
  const { picture } = open.layer;
  return (
    <div className={`${classes['readout']} figures`} data-testid="readout">
      {readout === undefined ? (
        <span className={classes['faint']}>
          {picture.width.toLocaleString('en')} × {picture.height.toLocaleString('en')} px ·{' '}
          {describeDepth(picture)}
        </span>
      ) : (
        <Under readout={readout} picture={picture} overlayKind={overlayKind} />
      )}
      <span className={classes['zoom']} data-testid="zoom">
        {formatZoom(scale * window.devicePixelRatio)}
      </span>
    </div>
  );
}

function Under({
  readout: { x, y, value, over },
  picture,
  overlayKind,
}: {
  readonly readout: Readout;
  readonly picture: PictureDescription;
  readonly overlayKind: string | undefined;
}) {
  const { pixelSize } = picture;
  return (
    <>
      <span>
        <span className={classes['faint']}>x</span> {x} <span className={classes['faint']}>y</span> {y}
      </span>
      {pixelSize !== undefined && (
        <span className={classes['faint']}>
          {formatLength((x + 0.5) * pixelSize.x)}, {formatLength((y + 0.5) * pixelSize.y)}
        </span>
      )}
      <span>
        <span className={classes['faint']}>value</span>{' '}
        <strong data-testid="value">{value === undefined ? '…' : formatValue(value, picture)}</strong>
      </span>
      {over !== undefined && over !== 0 && (
        <span>
          <span className={classes['faint']}>{overlayKind === 'labels' ? 'object' : 'over it'}</span> {over}
        </span>
      )}
    </>
  );
}

export function formatValue(
  value: number | null,
  { sampleFormat, exact }: Pick<PictureDescription, 'sampleFormat' | 'exact'>,
): string {
  if (value === null) return 'not a number';
  if (!exact) return `≈ ${Number(value.toPrecision(4))}`;
  return sampleFormat === 'float' ? String(Number(value.toPrecision(7))) : String(value);
}

export function describeDepth({ bitDepth, sampleFormat }: PictureDescription): string {
  return sampleFormat === 'float' ? `${bitDepth}-bit float` : `${bitDepth} bit`;
}

/** `100 %`: pixels of the screen for those of the image. */
function formatZoom(scale: number): string {
  const percent = scale * 100;
  return `${percent >= 10 ? Math.round(percent) : Number(percent.toPrecision(2))} %`;
}
