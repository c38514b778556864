/** What a retry is called in requests and on the command line. */
import type { FailureFilter, RetryBody } from '@gantry/model';
import { quote } from '../parts/quote.ts';

/** The command that tries the same tasks again. */
export function retryCommand({ tasks, filter = {} }: RetryBody): string {
  const parts = ['npx', 'gantry', 'retry'];
  if (tasks !== undefined) return [...parts, ...tasks.flatMap((task) => ['--task', String(task)])].join(' ');
  const flags = Object.entries(stripped(filter)).flatMap(([name, value]) => [
    `--${name}`,
    quote(String(value)),
  ]);
  return [...parts, ...(flags.length === 0 ? ['--all'] : flags)].join(' ');
}

/** Without what is not named. */
export function stripped(filter: FailureFilter): FailureFilter {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}
