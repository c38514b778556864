/** A bar that says how long something is, right at every zoom. */
import type { PictureDescription } from '@gantry/model';
import { chooseScaleBar, longestBar } from './lengths.ts';
import type { PictureStage } from './picture-stage.ts';
import { useView } from './use-stage.ts';
import classes from './viewer.module.css';

interface ScaleBarProps {
  readonly stage: PictureStage;
  readonly picture: PictureDescription;
}

export function ScaleBarMark({ stage, picture }: ScaleBarProps) {
  const { scale } = useView(stage);
  const { label, width } = chooseScaleBar(scale, picture.pixelSize, longestBar);
  return (
    <div
      className={classes['scaleBar']}
      data-testid="scale-bar"
      title={picture.pixelSize === undefined ? 'The file does not tell the size of a pixel' : undefined}
    >
      <span className="figures">{label}</span>
      <div style={{ width }} />
    </div>
  );
}
