/**
 * An image in its dark surround: to be moved and zoomed by pointer and keyboard, with scale bar, readout, a line that
 * measures, and what lies over it. What is shown, and where that is kept, is left to the page.
 */
import type { PictureDescription } from '@gantry/model';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { formatLength } from './lengths.ts';
import { MeasureLine } from './measure-line.tsx';
import { Minimap } from './minimap.tsx';
import type { LabelLook } from './paint-labels.ts';
import type { Tone } from './paint-values.ts';
import { readViewText, viewText, type Point } from './picture-view.ts';
import { formatValue, ReadoutLine } from './readout.tsx';
import { ScaleBarMark } from './scale-bar.tsx';
import { pixelAt, readPixel } from './use-readout.ts';
import { useStage, type OpenStage, type ShownOverlay } from './use-stage.ts';
import classes from './viewer.module.css';

type Line = readonly [Point, Point];

export interface PicturePaneProps {
  readonly picture: PictureDescription;
  readonly tone: Tone;
  readonly overlay: ShownOverlay | undefined;
  readonly look: LabelLook;
  /** As `viewText` writes it; undefined shows the whole image. */
  readonly view: string | undefined;
  /** When the view has come to rest. */
  readonly onView: (view: string | undefined) => void;
  /** An object of the overlay was clicked; 0 where there is none. */
  readonly onPick: (id: number) => void;
  readonly line?: Line | undefined;
  /** True where clicks and drags measure. */
  readonly measuring?: boolean;
  readonly onLine?: (line: Line | undefined) => void;
  /** Keys that are not for the view. @returns true where it was used */
  readonly onKey?: (key: string) => boolean;
  readonly onStage?: (open: OpenStage | undefined) => void;
  readonly onProblem: (error: Error) => void;
  /** Tools that lie over the image. */
  readonly children?: ReactNode;
  readonly small?: boolean;
}

/** The view is told when it has been still so long. In ms. */
const restMs = 300;
/** An object is marked when its overlay comes so soon after it was picked. In ms. */
const patienceMs = 5_000;

export function PicturePane(props: PicturePaneProps) {
  const { picture, tone, overlay, look, view, line, measuring = false, small = false, children } = props;
  const [field, setField] = useState<HTMLElement | null>(null);
  const [said, setSaid] = useState('');
  /** The first end of a line that has no other yet. */
  const [start, setStart] = useState<Point>();
  const [isAimed, setAimed] = useState(false);
  /** A pick that came before its overlay did. */
  const early = useRef<{ at: Point; since: number }>(undefined);
  const latest = useRef(props);
  latest.current = props;

  const open = useStage(
    field,
    { picture, tone, overlay, look, onProblem: props.onProblem },
    {
      onClick(at) {
        if (measuring) return addEnd(at);
        void pick(at);
      },
      onDrag(from, to) {
        if (!measuring) return false;
        setStart(undefined);
        latest.current.onLine?.([from, to]);
        return true;
      },
    },
  );
  const { stage } = open ?? {};

  const addEnd = (at: Point): void => {
    if (start === undefined) {
      setStart(at);
      props.onLine?.([at, at]);
    } else {
      setStart(undefined);
      props.onLine?.([start, at]);
    }
  };

  const pick = async (at: Point): Promise<void> => {
    const over = open?.over;
    early.current = over === undefined ? { at, since: Date.now() } : undefined;
    if (over === undefined) return setSaid('No overlay is shown');
    const pixel = pixelAt(over, at);
    if (pixel === undefined) return;
    try {
      const id = await readPixel(over, pixel);
      latest.current.onPick(id ?? 0);
      setSaid(id === null || id === 0 ? 'No object' : `Object ${id}`);
    } catch (error) {
      props.onProblem(error instanceof Error ? error : new Error(String(error)));
    }
  };

  useEffect(() => {
    props.onStage?.(open);
  }, [open]);

  // Right after going to another plane its overlay is not there yet.
  const over = open?.over;
  useEffect(() => {
    if (over === undefined || early.current === undefined) return;
    const { at, since } = early.current;
    if (Date.now() - since < patienceMs) void pick(at);
    early.current = undefined;
  }, [over]);

  useEffect(() => {
    if (!measuring) setStart(undefined);
  }, [measuring]);

  // A view that somebody else has set, such as by going back, or that comes with the page.
  const told = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (stage === undefined) return;
    if (view !== undefined && view === told.current) return;
    if (view === undefined && told.current === undefined && stage.isMoved) return;
    told.current = view;
    stage.look(readViewText(view));
  }, [stage, view]);

  useEffect(() => {
    if (stage === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = stage.subscribe(() => {
      if (!stage.isMoved) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        told.current = viewText(stage.getView());
        latest.current.onView(told.current);
      }, restMs);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [stage]);

  // While a line has one end, the other follows the pointer.
  const follow = (event: React.PointerEvent): void => {
    if (start === undefined || stage === undefined || field === null) return;
    const box = field.getBoundingClientRect();
    props.onLine?.([start, stage.toImage({ x: event.clientX - box.left, y: event.clientY - box.top })]);
  };

  const fit = (): void => {
    told.current = undefined;
    stage?.fit();
    props.onView(undefined);
  };

  const say = async (): Promise<void> => {
    if (stage === undefined || open === undefined) return;
    const at = pixelAt(open.layer, stage.getView());
    if (at === undefined) return setSaid('The middle lies outside the image');
    const value = await readPixel(open.layer, at);
    const id = open.over === undefined ? undefined : await readPixel(open.over, at);
    setSaid(describePixel(picture, at, value, id));
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || stage === undefined) return;
    if (!act(event)) return;
    event.preventDefault();
    setAimed(true);
  };
  const act = (event: KeyboardEvent): boolean => {
    if (stage === undefined) return false;
    const far = event.shiftKey ? 0.5 : 0.12;
    switch (event.key) {
      case 'ArrowLeft':
        stage.panBy(-far, 0);
        return true;
      case 'ArrowRight':
        stage.panBy(far, 0);
        return true;
      case 'ArrowUp':
        stage.panBy(0, -far);
        return true;
      case 'ArrowDown':
        stage.panBy(0, far);
        return true;
      case '+':
      case '=':
        stage.zoomBy(1.4);
        return true;
      case '-':
      case '_':
        stage.zoomBy(1 / 1.4);
        return true;
      case '0':
        fit();
        return true;
      case '1':
        stage.zoomToPixels();
        return true;
      case 'v':
      case 'V':
        void say().catch(props.onProblem);
        return true;
      case 'Enter':
        if (measuring) addEnd(stage.getView());
        else void pick(stage.getView());
        return true;
      default:
        return props.onKey?.(event.key) ?? false;
    }
  };

  return (
    <div className={classes['pane']} data-measuring={measuring || undefined}>
      <div
        ref={setField}
        className={classes['field']}
        tabIndex={0}
        role="application"
        aria-roledescription="image"
        aria-label={`${picture.name}, ${picture.width} by ${picture.height} pixels. Arrows move, plus and minus zoom, V says the value in the middle, question mark helps.`}
        onKeyDown={onKeyDown}
        onPointerDown={() => setAimed(false)}
        onPointerMove={follow}
        data-testid="picture"
      />
      {isAimed && <div className={classes['aim']} aria-hidden="true" />}
      {open !== undefined && (
        <>
          {line !== undefined && (
            <MeasureLine
              stage={open.stage}
              picture={picture}
              line={line}
              onChange={(next) => props.onLine?.(next)}
            />
          )}
          <ScaleBarMark stage={open.stage} picture={picture} />
          {!small && field !== null && <Minimap open={open} picture={picture} tone={tone} element={field} />}
          <ReadoutLine element={field} open={open} overlayKind={overlay?.kind} />
        </>
      )}
      {children}
      <span className="unseen" aria-live="polite" data-testid="said">
        {said}
      </span>
    </div>
  );
}

function describePixel(
  picture: PictureDescription,
  { x, y }: Point,
  value: number | null,
  id: number | null | undefined,
): string {
  const { pixelSize } = picture;
  const size =
    pixelSize === undefined ? '' : ` (${formatLength(x * pixelSize.x)}, ${formatLength(y * pixelSize.y)})`;
  const object = id === undefined || id === null || id === 0 ? '' : `, object ${id}`;
  return `x ${x}, y ${y}${size}: value ${formatValue(value, picture)}${object}`;
}
