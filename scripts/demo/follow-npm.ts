/**
 * Ends this process with the npm that started it: killed, npm passes nothing on, and nobody would be left to stop the
 * server with.
 */
const lookMs = 500;

export function followNpm(): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const npm = process.ppid;
  setInterval(() => {
    if (process.ppid !== npm) process.kill(process.pid, 'SIGTERM');
  }, lookMs).unref();
}
