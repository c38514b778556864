/**
 * Every route there is. What is declared here is what the server answers, and what its description speaks of.
 */
import type { ViewCache } from '@gantry/imaging';
import { agentListRoutes } from './agent-list-routes.ts';
import { agentRoutes } from './agent-routes.ts';
import type { ServerContext } from './context.ts';
import { datasetReads } from './dataset-reads.ts';
import { datasetRoutes } from './dataset-routes.ts';
import { descriptionRoutes } from './description/description-routes.ts';
import { editRoutes } from './edit-routes.ts';
import { eventRoutes } from './event-routes.ts';
import type { EventStream } from './event-stream.ts';
import { failureRoutes } from './failure-routes.ts';
import { folderRoutes } from './folder-routes.ts';
import { hostRoutes } from './hosts/host-routes.ts';
import { intakeRoutes } from './intake-routes.ts';
import { liveRoutes } from './live-routes.ts';
import { mapRoutes } from './map-routes.ts';
import { metricRoutes } from './metrics/metric-routes.ts';
import { newRunRoutes } from './new-run-routes.ts';
import { notificationRoutes } from './notification-routes.ts';
import { overlayRoutes } from './overlay-routes.ts';
import { pictureRoutes } from './picture-routes.ts';
import type { Route } from './routes.ts';
import { runRoutes } from './run-routes.ts';
import { signInRoutes, type SignIn } from './sign-in.ts';
import { statusRoutes } from './status-routes.ts';
import { tableRoutes } from './table-routes.ts';
import type { TableCache } from './tables/read-table.ts';
import { taskRoutes } from './task-routes.ts';
import { webRoutes } from './web-files.ts';
import { workRoutes } from './work-routes.ts';

export interface RouteParts {
  readonly context: ServerContext;
  readonly events: EventStream;
  readonly signIn: SignIn;
  /** The images that are open. */
  readonly views: ViewCache;
  /** The tables that were read. */
  readonly tables: TableCache;
  /** The server's own address, once it listens. */
  readonly url: () => string;
  readonly webFolder: string | undefined;
}

export function allRoutes({ context, events, signIn, views, tables, url, webFolder }: RouteParts): Route[] {
  const routes: Route[] = [
    ...statusRoutes(context),
    ...datasetRoutes(context),
    ...intakeRoutes(context),
    ...datasetReads(context),
    ...liveRoutes(context),
    ...folderRoutes(context, views),
    ...newRunRoutes(context),
    ...runRoutes(context),
    ...editRoutes(context),
    ...mapRoutes(context),
    ...taskRoutes(context),
    ...workRoutes(context),
    ...failureRoutes(context),
    ...pictureRoutes(context, views),
    ...overlayRoutes(context, views),
    ...tableRoutes(context, tables),
    ...eventRoutes(context, events),
    ...notificationRoutes(context),
    ...agentListRoutes(context),
    ...metricRoutes(context),
    ...signInRoutes(signIn, url),
    ...agentRoutes(context),
    ...hostRoutes(context),
    ...webRoutes(webFolder),
    ...descriptionRoutes(() => routes),
  ];
  return routes;
}
