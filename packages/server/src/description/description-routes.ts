/**
 * The interface's own description, as this server answers by it.
 */
import { userApiPath } from '@gantry/model';
import { z } from 'zod';
import { route, type Route } from '../routes.ts';
import { describeApi } from './describe-api.ts';

/** @param routes all routes, once they are declared */
export function descriptionRoutes(routes: () => readonly Route[]): Route[] {
  let document: Record<string, unknown> | undefined;
  return [
    route({
      method: 'GET',
      path: `${userApiPath}/openapi.json`,
      who: 'anyone',
      operation: 'readDescription',
      summary: 'Describes this interface, as OpenAPI 3.1',
      schemas: { answer: z.record(z.string(), z.unknown()) },
      handle: () => Promise.resolve((document ??= { ...describeApi(routes()) })),
    }),
  ];
}
