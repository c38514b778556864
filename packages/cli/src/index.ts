export { runWithServer, type AttendedServer } from './attend-server.ts';
export type { ServerAccess } from './host/server-access.ts';
export { runProgram, type Call } from './run-program.ts';
export { openOutput, type Output, type Terminal } from './terminal.ts';
