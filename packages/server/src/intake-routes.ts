/**
 * Folders that are read once for a dataset: how far that is, and having what has stopped go on.
 */
import {
  intakeBodySchema,
  intakesAtWorkSchema,
  intakeStateSchema,
  userApiPath,
  type IntakeAtWork,
  type IntakeState,
} from '@gantry/model';
import type { ServerContext } from './context.ts';
import { idParams } from './path-params.ts';
import { route, type Route } from './routes.ts';

export function intakeRoutes({ intakes }: ServerContext): Route[] {
  const path = `${userApiPath}/datasets/:id/intake`;
  return [
    route({
      method: 'GET',
      path: `${userApiPath}/intakes`,
      who: 'owner',
      operation: 'listIntakes',
      summary: 'Lists the folders that are being read for runs, with those that have stopped',
      schemas: { answer: intakesAtWorkSchema },
      handle: (): Promise<IntakeAtWork[]> => intakes.listAtWork(),
    }),
    route({
      method: 'GET',
      path,
      who: 'owner',
      operation: 'readIntake',
      summary: 'Tells how far the folder of a dataset is read',
      schemas: { params: idParams, answer: intakeStateSchema },
      handle: ({ params }): Promise<IntakeState> => intakes.describe(params.id),
    }),
    route({
      method: 'POST',
      path,
      who: 'owner',
      operation: 'resumeIntake',
      summary:
        'Goes on with reading a folder that has stopped, with or without the files that cannot be read',
      schemas: { params: idParams, body: intakeBodySchema, answer: intakeStateSchema },
      handle: ({ params, body }): Promise<IntakeState> => intakes.again(params.id, body.skipUnreadable),
    }),
  ];
}
