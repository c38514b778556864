/**
 * The part of the API about what is in images and tables: descriptions, values of pixels, overlays, columns.
 */
import {
  aroundAnswerSchema,
  measuredAnswerSchema,
  overlaysAnswerSchema,
  pictureDescriptionSchema,
  pictureValueSchema,
  tableAnswerSchema,
  type AroundAnswer,
  type MeasuredAnswer,
  type OverlaysAnswer,
  type PictureDescription,
  type PictureValue,
  type Place,
  type TableAnswer,
} from '@gantry/model';
import { TypedRequests, writePatienceMs } from './typed-requests.ts';
import type { UserClient } from './user-client.ts';
import { writePlace } from './write-place.ts';

/** Which part of a table is asked for. */
export interface TablePart {
  /** Names; all columns if absent. */
  readonly columns?: readonly string[];
  /** The first row, from 0. */
  readonly from?: number;
  /** Rows; 1,000 if absent. */
  readonly limit?: number;
  /** The table's version, so that a browser may keep the answer. */
  readonly version?: string;
}

/** All methods throw as those of `UserClient` do. */
export class PictureClient {
  readonly #api: TypedRequests;

  /** Speaks to the server that `client` speaks to. */
  constructor(client: UserClient) {
    this.#api = new TypedRequests(client.endpoint);
  }

  /** The image of a dataset at a place. @param page of a file that holds several, from 0 */
  async picture(dataset: number, place: Place, page = 0, signal?: AbortSignal): Promise<PictureDescription> {
    const request = { path: { id: dataset }, query: { place: writePlace(place), page }, signal };
    return this.#api.ask('get', '/datasets/{id}/picture', request, pictureDescriptionSchema);
  }

  /** The value of a pixel, counted from 0. */
  async pictureValue(
    dataset: number,
    place: Place,
    at: { readonly x: number; readonly y: number; readonly page?: number },
    signal?: AbortSignal,
  ): Promise<PictureValue> {
    const { x, y, page = 0 } = at;
    const query = { place: writePlace(place), page, x, y };
    const request = { path: { id: dataset }, query, signal };
    return this.#api.ask('get', '/datasets/{id}/picture/value', request, pictureValueSchema);
  }

  /** Images of the same runs that may be laid over the one at the place. */
  async overlays(dataset: number, place: Place, signal?: AbortSignal): Promise<OverlaysAnswer> {
    const request = { path: { id: dataset }, query: { place: writePlace(place) }, signal };
    return this.#api.ask('get', '/datasets/{id}/picture/overlays', request, overlaysAnswerSchema);
  }

  /** The coordinates along each axis of a dataset, and the places before and behind one. */
  async around(dataset: number, place: Place, signal?: AbortSignal): Promise<AroundAnswer> {
    const request = { path: { id: dataset }, query: { place: writePlace(place) }, signal };
    return this.#api.ask('get', '/datasets/{id}/around', request, aroundAnswerSchema);
  }

  /** Columns of a table, at most `maxTableValues` values in an answer. */
  async table(
    dataset: number,
    place: Place,
    part: TablePart = {},
    signal?: AbortSignal,
  ): Promise<TableAnswer> {
    const { columns, from, limit, version } = part;
    const query = { place: writePlace(place), column: columns, from, limit, v: version };
    const request = { path: { id: dataset }, query, signal, waitMs: writePatienceMs };
    return this.#api.ask('get', '/datasets/{id}/table', request, tableAnswerSchema);
  }

  /** The images that a table was measured of. */
  async measured(dataset: number, place: Place, signal?: AbortSignal): Promise<MeasuredAnswer> {
    const request = { path: { id: dataset }, query: { place: writePlace(place) }, signal };
    return this.#api.ask('get', '/datasets/{id}/table/measured', request, measuredAnswerSchema);
  }
}
