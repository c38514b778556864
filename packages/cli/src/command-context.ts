/** What every command is given. */
import type { ReadSettings } from './read-settings.ts';
import type { Terminal } from './terminal.ts';

export interface CommandContext {
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  /** The current folder. */
  readonly folder: string;
  readonly settings: ReadSettings;
  /** True if the result is one JSON value on the standard output, and all else goes to the error output. */
  readonly json: boolean;
}

/** Writes a command's result as JSON. */
export function writeJson({ terminal }: CommandContext, value: unknown): void {
  terminal.out.line(JSON.stringify(value));
}
