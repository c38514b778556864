export { startServer, type NoticeOptions, type RunningServer, type ServerOptions } from './start-server.ts';
export { declaredRoutes } from './description/declared-routes.ts';
export { describeApi, type ApiDocument } from './description/describe-api.ts';
export { listRoutes } from './description/list-routes.ts';
