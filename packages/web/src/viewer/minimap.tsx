/** Where one is in a large image: all of it in small, with a frame around what is seen. A click goes there. */
import type { PictureDescription } from '@gantry/model';
import type { MouseEvent } from 'react';
import { thumbnailUrl } from './picture-url.ts';
import type { Tone } from './paint-values.ts';
import { useView, type OpenStage } from './use-stage.ts';
import classes from './viewer.module.css';

/** Of its longer side, in pixels of the screen. */
const size = 128;

interface MinimapProps {
  readonly open: OpenStage;
  readonly picture: PictureDescription;
  readonly tone: Tone;
  readonly element: HTMLElement;
}

export function Minimap({ open: { stage }, picture, tone, element }: MinimapProps) {
  const view = useView(stage);
  // Where all of it is seen anyway it says nothing.
  if (view.scale < stage.fitScale * 1.15) return null;
  const ratio = size / Math.max(picture.width, picture.height);
  const [width, height] = [picture.width * ratio, picture.height * ratio];
  const seen = {
    width: (element.clientWidth / view.scale) * ratio,
    height: (element.clientHeight / view.scale) * ratio,
  };
  const go = (event: MouseEvent): void => {
    const { offsetX, offsetY } = event.nativeEvent;
    stage.look({ x: offsetX / ratio, y: offsetY / ratio, scale: view.scale });
  };
  return (
    // What it does for the eye the keys do without it.
    <div className={classes['minimap']} style={{ width, height }} onClick={go} aria-hidden="true">
      <img
        src={thumbnailUrl(picture, 2 * size, toneQuery(tone))}
        alt=""
        width={width}
        height={height}
        draggable={false}
      />
      <div
        className={classes['seen']}
        style={{
          left: Math.max(0, view.x * ratio - seen.width / 2),
          top: Math.max(0, view.y * ratio - seen.height / 2),
          width: Math.min(width, seen.width),
          height: Math.min(height, seen.height),
        }}
      />
    </div>
  );
}

function toneQuery({ low, high, gamma }: Tone): Record<string, string> {
  return { low: String(low), high: String(high), ...(gamma === 1 ? {} : { gamma: String(gamma) }) };
}
