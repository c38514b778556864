export { runProgram, type Call } from './run-program.ts';
export { openOutput, type Output, type Terminal } from './terminal.ts';
