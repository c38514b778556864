/** How long runs take, and how one is started. */
import type { RunSummary } from '@gantry/model';
import { formatDuration, formatSoFar } from './numbers.ts';
import { useNow } from './relative-time.tsx';

/** The command line's way to a first run. */
export const runCommand =
  "npx gantry run PIPELINE.yaml --input FOLDER --pattern 'img_r{row:ddd}_c{col:ddd}.tif'";

/** How long a run took, or has been at work. */
export function RunTime({ run }: { readonly run: RunSummary }) {
  const now = useNow();
  const seconds = run.ended === null ? Math.max(0, (now - Date.parse(run.created)) / 1000) : run.seconds;
  return <>{run.ended === null ? formatSoFar(seconds) : formatDuration(seconds)}</>;
}
