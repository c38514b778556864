export { removeFolder } from './attempt-folder.ts';
export type { AttemptLog, Fingerprint, LogStream, OutputStore } from './attempt-storage.ts';
export { findMarked, killMarked } from './marked-processes.ts';
export { ProcessRunner, type ProcessRunnerOptions } from './process-runner.ts';
export type { AttemptStatus, Runner, RunnerCapabilities } from './runner.ts';
