/** An edit of a run's pipeline, in order and compiled. */
import type { CompiledPipeline, LatticeBounds } from '@gantry/model';

export interface RunEdit {
  /** The revision that it is an edit of. */
  readonly base: number;
  readonly pipeline: CompiledPipeline;
  /** Per stage, the digest and the folder of its tool. */
  readonly tools: Readonly<Record<string, { readonly digest: string; readonly folder: string }>>;
  /** Bounds of sources that are to have others; all of them, not only what differs. */
  readonly bounds?: Readonly<Record<string, LatticeBounds>>;
  /** The text that the pipeline was compiled from. */
  readonly source?: PipelineSource | undefined;
  /** Who makes it, and what for. */
  readonly by?: string | undefined;
  readonly note?: string | undefined;
}

/** What a pipeline was compiled from. */
export interface PipelineSource {
  readonly file: string;
  readonly text: string;
  /** Folders with tools beside the server's own. */
  readonly tools: readonly string[];
  /** By stage and parameter, texts that are set over the file's. */
  readonly params: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
