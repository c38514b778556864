/**
 * Every route there is. What is declared here is what the server answers, and what its description speaks of.
 */
import type { ViewCache } from '@gantry/imaging';
import { agentRoutes } from './agent-routes.ts';
import type { ServerContext } from './context.ts';
import { datasetReads } from './dataset-reads.ts';
import { datasetRoutes } from './dataset-routes.ts';
import { descriptionRoutes } from './description/description-routes.ts';
import { eventRoutes } from './event-routes.ts';
import type { EventStream } from './event-stream.ts';
import { folderRoutes } from './folder-routes.ts';
import { intakeRoutes } from './intake-routes.ts';
import { liveRoutes } from './live-routes.ts';
import { mapRoutes } from './map-routes.ts';
import { newRunRoutes } from './new-run-routes.ts';
import { pictureRoutes } from './picture-routes.ts';
import type { Route } from './routes.ts';
import { runRoutes } from './run-routes.ts';
import { signInRoutes, type SignIn } from './sign-in.ts';
import { statusRoutes } from './status-routes.ts';
import { taskRoutes } from './task-routes.ts';
import { webRoutes } from './web-files.ts';
import { workRoutes } from './work-routes.ts';

export interface RouteParts {
  readonly context: ServerContext;
  readonly events: EventStream;
  readonly signIn: SignIn;
  /** The images that are open. */
  readonly views: ViewCache;
  /** The server's own address, once it listens. */
  readonly url: () => string;
  readonly webFolder: string | undefined;
}

export function allRoutes({ context, events, signIn, views, url, webFolder }: RouteParts): Route[] {
  const routes: Route[] = [
    ...statusRoutes(context),
    ...datasetRoutes(context),
    ...intakeRoutes(context),
    ...datasetReads(context),
    ...liveRoutes(context),
    ...folderRoutes(context, views),
    ...newRunRoutes(context),
    ...runRoutes(context),
    ...mapRoutes(context),
    ...taskRoutes(context),
    ...workRoutes(context),
    ...pictureRoutes(context, views),
    ...eventRoutes(context, events),
    ...signInRoutes(signIn, url),
    ...agentRoutes(context),
    ...webRoutes(webFolder),
    ...descriptionRoutes(() => routes),
  ];
  return routes;
}
