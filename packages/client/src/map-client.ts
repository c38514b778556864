/**
 * The part of the API that pictures of runs are made of: heat maps, histograms and timelines.
 */
import {
  decodeMap,
  histogramSchema,
  runTimelineSchema,
  type Histogram,
  type MapColumns,
  type RunTimeline,
} from '@gantry/model';
import { readBytes } from './send-request.ts';
import type { QueryOf } from './typed-paths.ts';
import { TypedRequests } from './typed-requests.ts';
import type { UserClient } from './user-client.ts';

/** All methods throw as those of `UserClient` do. */
export class MapClient {
  readonly #api: TypedRequests;

  /** Speaks to the server that `client` speaks to. */
  constructor(client: UserClient) {
    this.#api = new TypedRequests(client.endpoint);
  }

  /** The places of a stage in one plane. */
  async map(id: number, query: QueryOf<'get', '/runs/{id}/map'>, signal?: AbortSignal): Promise<MapColumns> {
    const response = await this.#api.open('/runs/{id}/map', { path: { id }, query, signal });
    return decodeMap(await readBytes(this.#api.endpoint, response));
  }

  /** How a measure is spread over the tasks of a stage. */
  async histogram(
    id: number,
    query: QueryOf<'get', '/runs/{id}/histogram'>,
    signal?: AbortSignal,
  ): Promise<Histogram> {
    return this.#api.ask('get', '/runs/{id}/histogram', { path: { id }, query, signal }, histogramSchema);
  }

  /** When its tasks ended, and what has happened to it. */
  async timeline(id: number, signal?: AbortSignal): Promise<RunTimeline> {
    return this.#api.ask('get', '/runs/{id}/timeline', { path: { id }, signal }, runTimelineSchema);
  }
}
