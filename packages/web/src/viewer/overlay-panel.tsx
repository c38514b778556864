/** What lies over the image: which, how, and how strongly. */
import type { Overlay } from '@gantry/model';
import { SegmentedControl, Slider } from '@mantine/core';
import { placeText } from '../parts/numbers.ts';
import type { LabelLook } from './paint-labels.ts';
import classes from './viewer.module.css';

interface OverlayPanelProps {
  readonly overlays: readonly Overlay[];
  readonly chosen: Overlay | undefined;
  readonly onChoose: (overlay: Overlay | undefined) => void;
  readonly look: LabelLook;
  readonly onLook: (next: { opacity?: number | undefined; style?: 'fill' | undefined }) => void;
}

/** 12, or `12@t=3` where its item lies at another place than the image's. */
export function overlayKey(
  { dataset, place }: Overlay,
  here: Readonly<Record<string, number>>,
): number | string {
  const text = placeText(place);
  return text === placeText(here) ? dataset : `${dataset}@${text}`;
}

const kindNames = { labels: 'objects', mask: 'mask', image: 'image' } as const;

export function OverlayPanel({ overlays, chosen, onChoose, look, onLook }: OverlayPanelProps) {
  return (
    <section className={classes['section']} aria-label="Overlay">
      <div className={classes['sectionHead']}>
        <h2>Overlay</h2>
      </div>
      {overlays.length === 0 ? (
        <p className="quiet" style={{ margin: 0 }}>
          No labels or masks of this size have been made of this image. The tools <code>threshold</code> and{' '}
          <code>label</code> make them.
        </p>
      ) : (
        <ul className={classes['overlays']}>
          {overlays.map((overlay) => (
            <li key={`${overlay.dataset} ${placeText(overlay.place)}`}>
              <button
                type="button"
                aria-pressed={overlay === chosen}
                title={overlay.name}
                onClick={() => onChoose(overlay === chosen ? undefined : overlay)}
              >
                <span className="cut">
                  {overlay.stage}
                  {overlay.output !== null && <span className="quiet"> {overlay.output}</span>}
                </span>
                <small>
                  {kindNames[overlay.kind]}, run {overlay.run}
                </small>
              </button>
            </li>
          ))}
        </ul>
      )}
      {chosen !== undefined && (
        <>
          {chosen.kind !== 'image' && (
            <SegmentedControl
              size="xs"
              fullWidth
              value={look.style}
              data={[
                { value: 'outline', label: 'Outlines' },
                { value: 'fill', label: 'Filled' },
              ]}
              onChange={(style) => onLook({ style: style === 'fill' ? 'fill' : undefined })}
              aria-label="How objects are drawn"
            />
          )}
          <div className={classes['row']}>
            <span className={classes['rowName']} id="opacity">
              Opacity
            </span>
            <Slider
              size="sm"
              min={5}
              max={100}
              step={5}
              value={Math.round(look.opacity * 100)}
              label={null}
              onChange={(opacity) => onLook({ opacity })}
              thumbProps={{ 'aria-labelledby': 'opacity' }}
            />
            <span className={`figures ${classes['rowValue']}`}>{Math.round(look.opacity * 100)} %</span>
          </div>
        </>
      )}
    </section>
  );
}
