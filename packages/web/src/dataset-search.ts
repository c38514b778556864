/** What the addresses of the pages of datasets say, beside the dataset. */
import type { DatasetType } from '@gantry/model';

/** What the list of datasets shows. */
export interface DatasetsSearch {
  readonly type?: DatasetType | undefined;
  /** Words of their names. */
  readonly text?: string | undefined;
}

/** What the page of a dataset shows. */
export interface DatasetSearch {
  readonly show?: 'lineage' | 'about' | undefined;
  /** The item in the panel: `row=1,col=2`; empty for the only one. */
  readonly place?: string | undefined;
  /** Items as a list, where they would be pictures. */
  readonly as?: 'list' | undefined;
  /** How large pictures are; as many as fit the width if absent. */
  readonly size?: 's' | 'm' | 'l' | undefined;
  /** The plane: `t=3,channel=1`. */
  readonly at?: string | undefined;
}
