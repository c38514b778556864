/** The tools that lie over an image. */
import { Tooltip } from '@mantine/core';
import type { OpenStage } from './use-stage.ts';
import { ViewerIcon, type ViewerIconName } from './viewer-icon.tsx';
import classes from './viewer.module.css';

interface ViewerToolsProps {
  readonly open: OpenStage | undefined;
  readonly measuring: boolean;
  readonly onMeasure: () => void;
  /** Whether one is seen. */
  readonly overlay: boolean;
  /** Absent where there is none. */
  readonly onOverlay: (() => void) | undefined;
  readonly onSave: () => void;
  readonly panel: boolean;
  readonly onPanel: () => void;
  readonly onHelp: () => void;
}

export function ViewerTools(props: ViewerToolsProps) {
  const stage = props.open?.stage;
  return (
    <div className={classes['tools']} role="toolbar" aria-label="View" aria-orientation="vertical">
      <Tool icon="zoom-in" label="Zoom in" keys="+" onClick={() => stage?.zoomBy(1.6)} />
      <Tool icon="zoom-out" label="Zoom out" keys="−" onClick={() => stage?.zoomBy(1 / 1.6)} />
      <Tool icon="fit" label="Whole image" keys="0" onClick={() => stage?.fit()} />
      <Tool icon="pixels" label="Pixel for pixel" keys="1" onClick={() => stage?.zoomToPixels()} />
      <Tool icon="measure" label="Ruler" keys="M" pressed={props.measuring} onClick={props.onMeasure} />
      <Tool icon="layers" label="Overlay" keys="O" pressed={props.overlay} onClick={props.onOverlay} />
      <Tool icon="camera" label="Download the view" keys="S" onClick={props.onSave} />
      <Tool icon="panel" label="Panel" keys="P" pressed={props.panel} onClick={props.onPanel} />
      <Tool icon="help" label="Keys" keys="?" onClick={props.onHelp} />
    </div>
  );
}

interface ToolProps {
  readonly icon: ViewerIconName;
  readonly label: string;
  readonly keys: string;
  readonly pressed?: boolean;
  readonly onClick: (() => void) | undefined;
}

function Tool({ icon, label, keys, pressed, onClick }: ToolProps) {
  return (
    <Tooltip label={`${label} (${keys})`} position="right" openDelay={400}>
      <button
        type="button"
        className={classes['tool']}
        aria-label={label}
        aria-pressed={pressed}
        disabled={onClick === undefined}
        onClick={onClick}
      >
        <ViewerIcon name={icon} />
      </button>
    </Tooltip>
  );
}
