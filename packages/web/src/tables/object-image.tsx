/** The image that a table was measured of, with its labels: the object that is marked lies in the middle. */
import type { MeasuredAnswer } from '@gantry/model';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { Loading, Problem } from '../parts/page.tsx';
import { toneOf } from '../viewer/contrast-panel.tsx';
import type { LabelLook } from '../viewer/paint-labels.ts';
import { PicturePane } from '../viewer/picture-pane.tsx';
import { pictureQuery } from '../viewer/picture-queries.ts';
import type { OpenStage } from '../viewer/use-stage.ts';
import classes from './tables.module.css';

export type MeasuredImage = MeasuredAnswer['images'][number];

interface ObjectImageProps {
  readonly image: MeasuredImage;
  readonly labels: MeasuredImage | undefined;
  readonly object: number;
  /** The middle of the object, in pixels of the image, where the table tells it. */
  readonly middle: { readonly x: number; readonly y: number } | undefined;
  readonly among: ReadonlySet<number> | undefined;
  readonly view: string | undefined;
  readonly onView: (view: string | undefined) => void;
  readonly onPick: (id: number) => void;
}

export function ObjectImage(props: ObjectImageProps) {
  const { image, labels, object, middle, among, view } = props;
  const { data: picture, error, refetch } = useQuery(pictureQuery(image.dataset, image.place));
  const { data: over } = useQuery({
    ...pictureQuery(labels?.dataset ?? 0, labels?.place ?? {}),
    enabled: labels !== undefined,
  });
  const [open, setOpen] = useState<OpenStage>();
  const [problem, setProblem] = useState<Error>();
  const overlay = useMemo(
    () => (over === undefined || labels === undefined ? undefined : { picture: over, kind: labels.kind }),
    [over, labels?.kind],
  );
  const look = useMemo<LabelLook>(
    () => ({ style: 'outline', opacity: 1, marked: object, among }),
    [object, among],
  );
  const tone = useMemo(() => (picture === undefined ? undefined : toneOf(picture, {})), [picture]);
  const [x, y] = [middle?.x, middle?.y];
  useEffect(() => {
    if (open === undefined || object === 0 || x === undefined || y === undefined) return;
    open.stage.look({ x, y, scale: Math.max(open.stage.getView().scale, open.stage.fitScale * 3, 1) });
  }, [open, object, x, y]);
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (picture === undefined || tone === undefined) return <Loading height="100%" />;
  return (
    <PicturePane
      picture={picture}
      tone={tone}
      overlay={overlay}
      look={look}
      view={view}
      onView={props.onView}
      onPick={props.onPick}
      onStage={setOpen}
      onProblem={setProblem}
      small
    >
      {problem !== undefined && (
        <div className={classes['trouble']}>
          <Problem error={problem} />
        </div>
      )}
    </PicturePane>
  );
}
