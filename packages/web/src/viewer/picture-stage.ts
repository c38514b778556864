/**
 * The image on the screen: OpenSeadragon with an image and what lies over it, in coordinates of the image's pixels.
 * What is shown and why is left to `picture-pane.tsx`.
 */
import OpenSeadragon from 'openseadragon';
import type { PictureDescription } from '@gantry/model';
import type { PictureView, Point } from './picture-view.ts';
import type { TileLayer } from './tile-layer.ts';

export interface StageEvents {
  /** A click that did not drag, in pixels of the image. */
  readonly onClick: (at: Point) => void;
  /** @returns true where the drag is used otherwise, and does not move the image; in pixels of the image */
  readonly onDrag: (from: Point, to: Point) => boolean;
}

/** Pixels of the screen for one of the image, at most. */
const mostScale = 64;
/** Memory for tiles, of all that is shown. */
const mostTileBytes = 320 * 2 ** 20;
/** An old image stays below the new one until that is there, at most so long. In ms. */
const longestHoldMs = 4000;

export class PictureStage {
  readonly #viewer: OpenSeadragon.Viewer;
  readonly #layers = new Map<TileLayer, Promise<OpenSeadragon.TiledImage | undefined>>();
  #base: TileLayer | undefined;
  #over: TileLayer | undefined;
  #size = { width: 1, height: 1 };
  #wanted: PictureView | undefined;
  #dragged = false;
  #isMoved = false;
  #destroyed = false;
  #view: PictureView = { x: 0, y: 0, scale: 1 };
  readonly #listeners = new Set<() => void>();

  /** @param first an image that is going to be shown: the others are about as large */
  constructor(element: HTMLElement, first: PictureDescription, events: StageEvents) {
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    const viewer = OpenSeadragon({
      ...{ element, drawer: 'canvas', showNavigationControl: false, tabIndex: -1 },
      ...{ animationTime: still ? 0 : 0.35, springStiffness: 9, blendTime: 0, zoomPerScroll: 1.3 },
      ...{ visibilityRatio: 0.15, minZoomImageRatio: 0.5, maxZoomPixelRatio: mostScale },
      ...{
        imageLoaderLimit: 4,
        maxTilesPerFrame: 8,
        maxImageCacheCount: mostTilesOf(first),
        minPixelRatio: 0.6,
      },
      ...{ preserveImageSizeOnResize: true, autoResize: true, alwaysBlend: false },
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      gestureSettingsTouch: { clickToZoom: false, dblClickToZoom: true, pinchRotate: false },
    } as OpenSeadragon.Options);
    this.#viewer = viewer;
    // Keys are the pane's.
    viewer.addHandler('canvas-key', (event) => {
      event.preventDefaultAction = true;
    });
    viewer.addHandler('tile-drawing', ({ rendered }) => {
      if (rendered === undefined) return;
      for (const layer of this.#layers.keys()) layer.prepare(rendered);
    });
    const tellView = (): void => {
      if (this.#destroyed) return;
      const { x, y } = viewer.viewport.getCenter(true);
      const view = { x, y, scale: this.#scaleOf(viewer.viewport.getZoom(true)) };
      if (view.x === this.#view.x && view.y === this.#view.y && view.scale === this.#view.scale) return;
      this.#view = view;
      this.#smooth();
      for (const listener of this.#listeners) listener();
    };
    viewer.addHandler('update-viewport', tellView);
    viewer.addHandler('resize', () =>
      requestAnimationFrame(() => {
        if (!this.#destroyed && !this.#isMoved && this.#base !== undefined) this.#applyWanted(true);
        tellView();
      }),
    );
    let pressed: Point = { x: 0, y: 0 };
    viewer.addHandler('canvas-press', ({ position }) => {
      this.#dragged = false;
      pressed = this.toImage(position);
    });
    viewer.addHandler('canvas-drag', (event) => {
      this.#dragged = true;
      if (events.onDrag(pressed, this.toImage(event.position))) event.preventDefaultAction = true;
      else this.#isMoved = true;
    });
    for (const moving of ['canvas-scroll', 'canvas-pinch', 'canvas-double-click'] as const)
      viewer.addHandler(moving, () => {
        this.#isMoved = true;
      });
    viewer.addHandler('canvas-click', (event) => {
      if (event.quick && !this.#dragged) events.onClick(this.toImage(event.position));
    });
  }

  /** The image below; the view stays, where one was wanted or there was an image. */
  show(layer: TileLayer): void {
    const before = this.#base;
    if (before === layer) return;
    this.#base = layer;
    this.#size = { width: layer.picture.width, height: layer.picture.height };
    const first = before === undefined;
    void this.#add(layer, 0).then((image) => {
      if (image === undefined) return;
      if (first) this.#applyWanted();
      if (before !== undefined) this.#removeWhenCovered(before, image);
    });
  }

  /** What lies over it; undefined takes it away. */
  lay(layer: TileLayer | undefined): void {
    const before = this.#over;
    if (before === layer) return;
    this.#over = layer;
    if (before !== undefined) this.#remove(before);
    if (layer !== undefined) void this.#add(layer, undefined);
  }

  /** Draws again, as when what paints a layer has changed. */
  redraw(): void {
    this.#viewer.forceRedraw();
  }

  /** Calls `listener` at every frame in which the view moves; returns the end of it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Of the last frame, also while it moves; another object where it has changed. */
  readonly getView = (): PictureView => this.#view;

  /** True where somebody has moved or zoomed, and it is not the whole image that is wanted. */
  get isMoved(): boolean {
    return this.#isMoved;
  }

  /** Moves there; undefined shows the whole image. Before there is an image it is remembered. */
  look(view: PictureView | undefined): void {
    this.#wanted = view;
    this.#isMoved = view !== undefined;
    if (this.#viewer.world.getItemCount() > 0) this.#applyWanted(false);
  }

  /** Shows the whole image. */
  fit(): void {
    this.look(undefined);
  }

  /** @param at what stays where it is, in pixels of the image; the middle if absent */
  zoomBy(factor: number, at?: Point): void {
    const { viewport } = this.#viewer;
    this.#isMoved = true;
    viewport.zoomBy(factor, at === undefined ? undefined : new OpenSeadragon.Point(at.x, at.y));
    viewport.applyConstraints();
  }

  /** One pixel of the image for one of the screen. */
  zoomToPixels(): void {
    this.zoomBy(1 / window.devicePixelRatio / this.#view.scale);
  }

  /** By shares of what is seen. */
  panBy(across: number, down: number): void {
    const { viewport } = this.#viewer;
    const { width, height } = viewport.getBounds();
    this.#isMoved = true;
    viewport.panBy(new OpenSeadragon.Point(across * width, down * height));
    viewport.applyConstraints();
  }

  /** Of the element in CSS pixels to the image's. */
  toImage(at: Point): Point {
    const { x, y } = this.#viewer.viewport.pointFromPixel(new OpenSeadragon.Point(at.x, at.y), true);
    return { x, y };
  }

  toScreen(at: Point): Point {
    const { x, y } = this.#viewer.viewport.pixelFromPoint(new OpenSeadragon.Point(at.x, at.y), true);
    return { x, y };
  }

  /** The scale at which the whole image is seen. */
  get fitScale(): number {
    const { x, y } = this.#viewer.viewport.getContainerSize();
    return Math.min(x / this.#size.width, y / this.#size.height);
  }

  /** What is drawn, in pixels of the screen. */
  get canvas(): HTMLCanvasElement {
    return this.#viewer.drawer.canvas as HTMLCanvasElement;
  }

  destroy(): void {
    this.#destroyed = true;
    this.#viewer.destroy();
  }

  #scaleOf(zoom: number): number {
    return this.#viewer.viewport.getContainerSize().x * zoom;
  }

  #applyWanted(atOnce = true): void {
    const { viewport } = this.#viewer;
    const view = this.#wanted;
    const { width, height } = this.#size;
    if (view === undefined) {
      const margin = 0.02;
      const [wide, high] = [width * margin, height * margin];
      viewport.fitBounds(new OpenSeadragon.Rect(-wide, -high, width + 2 * wide, height + 2 * high), atOnce);
      return;
    }
    viewport.panTo(new OpenSeadragon.Point(view.x, view.y), atOnce);
    viewport.zoomTo(view.scale / viewport.getContainerSize().x, undefined, atOnce);
    viewport.applyConstraints(atOnce);
  }

  #add(layer: TileLayer, index: number | undefined): Promise<OpenSeadragon.TiledImage | undefined> {
    const added = new Promise<OpenSeadragon.TiledImage | undefined>((resolve) => {
      this.#viewer.addTiledImage({
        tileSource: layer.source,
        ...{ x: 0, y: 0, width: layer.picture.width },
        ...(index === undefined ? {} : { index: this.#baseCount() }),
        success: (event) => resolve((event as unknown as { item: OpenSeadragon.TiledImage }).item),
        error: () => resolve(undefined),
      });
    });
    this.#layers.set(layer, added);
    // It may have been taken away while it was added.
    return added.then((image) => {
      if (this.#destroyed || image === undefined || this.#layers.has(layer)) return image;
      this.#viewer.world.removeItem(image);
      return undefined;
    });
  }

  /** A new image lies above the old ones, and below what lies over them. */
  #baseCount(): number {
    const count = this.#viewer.world.getItemCount();
    return this.#over === undefined ? count : Math.max(0, count - 1);
  }

  #remove(layer: TileLayer): void {
    const image = this.#layers.get(layer);
    this.#layers.delete(layer);
    void image?.then((item) => {
      if (item !== undefined && !this.#destroyed) this.#viewer.world.removeItem(item);
    });
  }

  #removeWhenCovered(old: TileLayer, image: OpenSeadragon.TiledImage): void {
    const remove = (): void => {
      clearTimeout(timer);
      image.removeHandler('fully-loaded-change', remove);
      this.#remove(old);
    };
    const timer = setTimeout(remove, longestHoldMs);
    if (image.getFullyLoaded()) remove();
    else image.addHandler('fully-loaded-change', remove);
  }

  /** Beyond its own size an image shows its pixels as squares. */
  #smooth(): void {
    const drawer = this.#viewer.drawer as unknown as { setImageSmoothingEnabled(on: boolean): void };
    const smooth = this.#view.scale * window.devicePixelRatio < 1.5;
    if (smooth === this.#isSmooth) return;
    this.#isSmooth = smooth;
    drawer.setImageSmoothingEnabled(smooth);
  }
  #isSmooth = true;
}

/** As many tiles as fit into the memory that is meant for them, and at least those of a large screen. */
function mostTilesOf({ tileSize, bitDepth }: PictureDescription): number {
  return Math.max(80, Math.floor(mostTileBytes / (tileSize ** 2 * (4 + bitDepth / 8))));
}
