/**
 * An image of a dataset: deep zoom, contrast, overlays, objects, distances. Whatever one sees is in the address.
 */
import type { Overlay, PictureDescription } from '@gantry/model';
import { userApiPath } from '@gantry/model';
import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { placeText, readPlaceText } from '../parts/numbers.ts';
import { Loading, Problem } from '../parts/page.tsx';
import { ContrastPanel, toneOf } from './contrast-panel.tsx';
import { downloadView } from './download-view.ts';
import { ObjectPanel } from './object-panel.tsx';
import { OverlayPanel, overlayKey } from './overlay-panel.tsx';
import type { LabelLook } from './paint-labels.ts';
import { aroundQuery, overlaysQuery, pictureQuery } from './picture-queries.ts';
import { PicturePane } from './picture-pane.tsx';
import { lineText, readLineText } from './picture-view.ts';
import { PlaceBar, StepButtons, stepPlane } from './place-bar.tsx';
import { useDraft } from './use-draft.ts';
import type { OpenStage } from './use-stage.ts';
import type { ViewSearch } from './view-search.ts';
import { ViewerHelp } from './viewer-help.tsx';
import { ViewerTools } from './viewer-tools.tsx';
import classes from './viewer.module.css';

const route = getRouteApi('/datasets/$dataset/view');

type Place = Readonly<Record<string, number>>;

export function ViewerPage() {
  const { dataset } = route.useParams();
  const address = route.useSearch();
  const navigate = route.useNavigate();
  const write = useCallback(
    (next: Partial<ViewSearch>) => {
      void navigate({ search: (before) => ({ ...before, ...next }), replace: true });
    },
    [navigate],
  );
  const [search, change] = useDraft<ViewSearch>(address, write);
  const text = search.place ?? '';
  const place = useMemo(() => readPlaceText(text) ?? {}, [text]);
  const {
    data: picture,
    error,
    refetch,
    isPlaceholderData,
  } = useQuery({
    ...pictureQuery(dataset, place, search.page ?? 0),
    // Another plane is seen when it is there; until then the one before.
    placeholderData: keepPreviousData,
  });
  useEffect(() => {
    document.title = `${picture?.name ?? `Dataset ${dataset}`} · Gantry`;
  }, [picture, dataset]);
  if (error !== null && !isPlaceholderData)
    return (
      <div style={{ padding: '1.25rem 1.5rem' }}>
        <h1 style={{ fontSize: '1.375rem', marginTop: 0 }}>Dataset {dataset}</h1>
        <Problem error={error} onRetry={() => void refetch()} />
      </div>
    );
  if (picture === undefined) return <Loading height="100%" />;
  return <Viewer picture={picture} search={search} change={change} wanted={place} />;
}

interface ViewerProps {
  readonly picture: PictureDescription;
  readonly search: ViewSearch;
  readonly change: (next: Partial<ViewSearch>) => void;
  /** The place of the address, of which the picture may not be there yet. */
  readonly wanted: Place;
}

function Viewer({ picture, search, change, wanted }: ViewerProps) {
  const { dataset, place } = picture;
  const { data: around } = useQuery({
    ...aroundQuery(dataset.id, wanted),
    placeholderData: keepPreviousData,
  });
  const { data: related } = useQuery(overlaysQuery(dataset.id, place));
  const [open, setOpen] = useState<OpenStage>();
  const [measuring, setMeasuring] = useState(false);
  const [helping, setHelping] = useState(false);
  const [problem, setProblem] = useState<Error>();
  useEffect(() => setProblem(undefined), [picture]);

  const tone = useMemo(
    () => toneOf(picture, search),
    [picture, search.low, search.high, search.gamma, search.map],
  );
  const overlays = related?.overlays ?? [];
  const chosen = findOverlay(overlays, search.over, place);
  const { data: overPicture } = useQuery({
    ...pictureQuery(chosen?.dataset ?? 0, chosen?.place ?? {}),
    enabled: chosen !== undefined,
  });
  const overlay = useMemo(
    () =>
      chosen === undefined || overPicture === undefined
        ? undefined
        : { picture: overPicture, kind: chosen.kind },
    [chosen?.kind, overPicture],
  );
  const style = search.style ?? 'outline';
  const opacity = search.opacity ?? (style === 'fill' || chosen?.kind === 'image' ? 45 : 100);
  const object = search.object ?? 0;
  const look = useMemo<LabelLook>(
    () => ({ style, opacity: opacity / 100, marked: object }),
    [style, opacity, object],
  );

  const goTo = (next: Place): void => change({ place: placeText(next), object: undefined });
  const choose = (next: Overlay | undefined): void =>
    change({ over: next === undefined ? undefined : overlayKey(next, place), object: undefined });
  const toggleOverlay = (): void => choose(chosen === undefined ? overlays[0] : undefined);
  const save = (): void => {
    if (open !== undefined) downloadView(open.stage, picture).catch(setProblem);
  };
  const togglePanel = (): void => change({ panel: search.panel === 'closed' ? undefined : 'closed' });

  const onKey = (key: string): boolean => {
    switch (key) {
      case '[':
      case ']': {
        const next = around === undefined ? undefined : stepPlane(around, wanted, key === ']' ? 1 : -1);
        if (next !== undefined) goTo(next);
        return true;
      }
      case 'PageUp':
      case 'PageDown': {
        const next = key === 'PageDown' ? around?.next : around?.previous;
        if (next !== undefined && next !== null) goTo(next);
        return true;
      }
      case 'm':
      case 'M':
        setMeasuring(!measuring);
        return true;
      case 'o':
      case 'O':
        toggleOverlay();
        return true;
      case 'f':
      case 'F':
        change({ style: style === 'fill' ? undefined : 'fill' });
        return true;
      case 'a':
        change({ ...picture.defaultWindow });
        return true;
      case 'A':
        change({ low: undefined, high: undefined, gamma: undefined, map: undefined });
        return true;
      case 's':
      case 'S':
        save();
        return true;
      case 'p':
      case 'P':
        togglePanel();
        return true;
      case '?':
        setHelping(true);
        return true;
      case 'Escape':
        setMeasuring(false);
        change({ object: undefined, line: undefined });
        return true;
      default:
        return false;
    }
  };

  return (
    <div className={classes['page']}>
      <header className={classes['head']}>
        <div className={classes['names']}>
          <nav aria-label="Breadcrumb">
            <ol className={classes['crumbs']}>
              <li>{dataset.name}</li>
              {Object.keys(place).length > 0 && (
                <li className="figures">{placeText(place).replaceAll(',', ', ')}</li>
              )}
            </ol>
          </nav>
          <h1 className="cut" title={picture.path}>
            {picture.name}
          </h1>
        </div>
        {around !== undefined && (
          <PlaceBar
            around={around}
            place={wanted}
            onChange={goTo}
            pages={picture.pages}
            page={search.page ?? 0}
            onPage={(page) => change({ page: page === 0 ? undefined : page })}
          />
        )}
        <StepButtons around={around} onChange={goTo} />
        <HeadActions picture={picture} table={chosen?.tables[0] ?? related?.tables[0]} object={object} />
      </header>
      <div className={classes['split']}>
        <PicturePane
          picture={picture}
          tone={tone}
          overlay={overlay}
          look={look}
          view={search.view}
          onView={(view) => change({ view })}
          onPick={(id) => change({ object: id === 0 ? undefined : id })}
          line={readLineText(search.line)}
          measuring={measuring}
          onLine={(line) => change({ line: line === undefined ? undefined : lineText(line) })}
          onKey={onKey}
          onStage={setOpen}
          onProblem={setProblem}
        >
          <ViewerTools
            open={open}
            measuring={measuring}
            onMeasure={() => setMeasuring(!measuring)}
            overlay={chosen !== undefined}
            onOverlay={overlays.length === 0 ? undefined : toggleOverlay}
            onSave={save}
            panel={search.panel !== 'closed'}
            onPanel={togglePanel}
            onHelp={() => setHelping(true)}
          />
          {problem !== undefined && (
            <div className={classes['trouble']}>
              <Problem error={problem} />
            </div>
          )}
        </PicturePane>
        {search.panel !== 'closed' && (
          <aside className={classes['panel']} aria-label="Settings of the view">
            <ContrastPanel picture={picture} tone={tone} onChange={change} />
            <OverlayPanel overlays={overlays} chosen={chosen} onChoose={choose} look={look} onLook={change} />
            {chosen?.kind === 'labels' && (
              <ObjectPanel
                overlay={chosen}
                object={object}
                onClear={() => change({ object: undefined })}
                onShow={(at) => open?.stage.look({ ...at, scale: Math.max(open.stage.getView().scale, 2) })}
              />
            )}
          </aside>
        )}
      </div>
      {helping && <ViewerHelp onClose={() => setHelping(false)} />}
    </div>
  );
}

function findOverlay(
  overlays: readonly Overlay[],
  over: number | string | undefined,
  here: Place,
): Overlay | undefined {
  if (over === undefined) return undefined;
  return (
    overlays.find((overlay) => overlayKey(overlay, here) === over) ??
    // At another place of the image its item lies at another one, too.
    overlays.find(({ dataset }) => String(dataset) === String(over).split('@')[0])
  );
}

interface HeadActionsProps {
  readonly picture: PictureDescription;
  readonly table: Overlay['tables'][number] | undefined;
  readonly object: number;
}

function HeadActions({ picture, table, object }: HeadActionsProps) {
  const file = new URLSearchParams({ place: placeText(picture.place) });
  return (
    <div className={classes['plane']}>
      {table !== undefined && (
        <Button
          size="compact-sm"
          variant="default"
          renderRoot={(props) => (
            <Link
              {...props}
              to="/datasets/$dataset/table"
              params={{ dataset: table.dataset }}
              search={{ place: placeText(table.place), ...(object === 0 ? {} : { object }) }}
            />
          )}
        >
          Table
        </Button>
      )}
      {!/\.dzi$/.test(picture.name) && picture.raw && (
        <Button
          size="compact-sm"
          variant="default"
          component="a"
          href={`${userApiPath}/datasets/${picture.dataset.id}/file?${file.toString()}`}
        >
          Download
        </Button>
      )}
    </div>
  );
}
