/** The stage of a pane: made with its element, shown what is to be seen, and taken down with it. */
import type { OverlayKind, PictureDescription } from '@gantry/model';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { paintLabels, type LabelLook } from './paint-labels.ts';
import { ValuePainter, type Tone } from './paint-values.ts';
import { PictureStage, type StageEvents } from './picture-stage.ts';
import type { PictureView } from './picture-view.ts';
import { TileLayer, type Paint } from './tile-layer.ts';

export interface ShownOverlay {
  readonly picture: PictureDescription;
  readonly kind: OverlayKind;
}

export interface StageContent {
  readonly picture: PictureDescription;
  /** In values of the image. */
  readonly tone: Tone;
  readonly overlay: ShownOverlay | undefined;
  readonly look: LabelLook;
  readonly onProblem: (error: Error) => void;
}

export interface OpenStage {
  readonly stage: PictureStage;
  readonly layer: TileLayer;
  readonly over: TileLayer | undefined;
}

/** One colour for all that a mask marks. */
const maskColour = [255, 176, 0] as const;

/** @param events are those of the last call @returns undefined until the element is there */
export function useStage(
  element: HTMLElement | null,
  { picture, tone, overlay, look, onProblem }: StageContent,
  events: StageEvents,
): OpenStage | undefined {
  const [stage, setStage] = useState<PictureStage>();
  const latest = useRef({ events, picture, onProblem });
  latest.current = { events, picture, onProblem };

  useEffect(() => {
    if (element === null) return;
    const made = new PictureStage(element, latest.current.picture, {
      onClick: (at) => latest.current.events.onClick(at),
      onDrag: (from, to) => latest.current.events.onDrag(from, to),
    });
    setStage(made);
    return () => {
      setStage(undefined);
      made.destroy();
    };
  }, [element]);

  const key = keyOf(picture);
  const overKey = overlay === undefined ? undefined : `${overlay.kind} ${keyOf(overlay.picture)}`;
  const [layer, setLayer] = useState<TileLayer>();
  useEffect(() => {
    if (stage === undefined) return;
    const made = new TileLayer(picture, 'image', paintOf(picture, tone), (error) =>
      latest.current.onProblem(error),
    );
    stage.show(made);
    setLayer(made);
    // The tone may change as it likes: see below.
  }, [stage, key]);

  const [over, setOver] = useState<TileLayer>();
  useEffect(() => {
    if (stage === undefined) return;
    const made =
      overlay === undefined
        ? undefined
        : new TileLayer(
            overlay.picture,
            overlay.kind === 'image' ? 'over' : 'labels',
            paintOver(overlay, look),
            (error) => latest.current.onProblem(error),
          );
    stage.lay(made);
    setOver(made);
  }, [stage, overKey]);

  const { low, high, gamma, map } = tone;
  useEffect(() => {
    if (layer === undefined) return;
    layer.paint = paintOf(layer.picture, { low, high, gamma, map });
    stage?.redraw();
  }, [stage, layer, low, high, gamma, map]);

  const outline = useOutline(stage);
  useEffect(() => {
    if (over === undefined || overlay === undefined) return;
    over.paint = paintOver(overlay, { ...look, outline });
    stage?.redraw();
  }, [stage, over, look, outline]);

  return useMemo(
    () => (stage === undefined || layer === undefined ? undefined : { stage, layer, over }),
    [stage, layer, over],
  );
}

/** The view at every frame. */
export function useView(stage: PictureStage): PictureView {
  return useSyncExternalStore(stage.subscribe, stage.getView);
}

/** An outline of one pixel would fade where the image is shown smaller than it is. */
function useOutline(stage: PictureStage | undefined): 1 | 2 {
  return useSyncExternalStore(stage?.subscribe ?? neverChanges, () =>
    stage === undefined || stage.getView().scale * window.devicePixelRatio >= 1.5 ? 1 : 2,
  );
}

const neverChanges = () => () => {};

function keyOf({ dataset, place, page, version }: PictureDescription): string {
  return JSON.stringify([dataset.id, place, page, version]);
}

/** Pictures of a pyramid that has no values are greys of its own window. */
function paintOf(picture: PictureDescription, tone: Tone): Paint {
  const { low, high } = picture.defaultWindow;
  const grey = (value: number): number => ((value - low) / (high - low)) * 255;
  const painter = new ValuePainter(
    picture.raw ? tone : { ...tone, low: grey(tone.low), high: grey(tone.high) },
  );
  return (numbers, _width, out) => painter.paint(numbers, out);
}

function paintOver({ picture, kind }: ShownOverlay, look: LabelLook): Paint {
  if (kind === 'image') {
    const { low, high } = picture.defaultWindow;
    const paint = paintOf(picture, { low, high, gamma: 1, map: 'magenta' });
    const alpha = Math.round(255 * look.opacity) << 24;
    return (numbers, width, out) => {
      paint(numbers, width, out);
      for (let i = 0; i < out.length; i++) out[i] = (out[i]! & 0x00ffffff) | alpha;
    };
  }
  const whole = kind === 'mask' ? { ...look, colour: maskColour } : look;
  return (numbers, width, out) => paintLabels(numbers as Uint32Array, width, whole, out);
}
