/**
 * A run as the command that starts it, and as a request to the server: for forms, which offer both.
 */
import type { FolderSource } from './folder-source.ts';

export interface WrittenRun {
  readonly name?: string | undefined;
  /** The pipeline file as the command names it. */
  readonly file: string;
  readonly tools: readonly string[];
  readonly params: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** A dataset's number, or a folder. */
  readonly sources: Readonly<Record<string, number | FolderSource>>;
}

/** A word as a shell reads it: quoted where need be. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * `npx gantry run …` in lines that a shell joins.
 * @returns undefined where the command line has no way to say it: for existing datasets and watched folders
 */
export function writeRunCommand(run: WrittenRun): string | undefined {
  const parts = [`npx gantry run ${quoteWord(run.file)}`];
  const names = Object.keys(run.sources);
  for (const [name, source] of Object.entries(run.sources)) {
    if (typeof source === 'number' || source.mode === 'live' || source.skipUnreadable) return undefined;
    const is = names.length === 1 ? '' : `${name}=`;
    const { folder, kind, pattern, extents } = source;
    if (kind === 'tiles') parts.push(`--input ${quoteWord(`${is}${folder}`)}`);
    // A source without axes is the file itself.
    else if (isPlainName(pattern))
      parts.push(`--input ${quoteWord(`${is}${joinPath(folder, plainName(pattern))}`)}`);
    else
      parts.push(
        `--input ${quoteWord(`${is}${folder}`)}`,
        `--pattern ${quoteWord(`${is}${pattern}`)}`,
        ...Object.entries(extents).map(
          ([axis, [first, last]]) =>
            `--extent ${quoteWord(`${names.length === 1 ? '' : `${name}.`}${axis}=${first}..${last}`)}`,
        ),
      );
  }
  for (const [stage, values] of Object.entries(run.params)) {
    for (const [param, value] of Object.entries(values))
      parts.push(`--param ${quoteWord(`${stage}.${param}=${value}`)}`);
  }
  for (const folder of run.tools) parts.push(`--tools ${quoteWord(folder)}`);
  if (run.name !== undefined) parts.push(`--name ${quoteWord(run.name)}`);
  return parts.join(' \\\n  ');
}

/**
 * The request as a command, with the owner's token from the data directory.
 * @param server such as `http://127.0.0.1:18080`
 */
export function writeRequest(options: {
  readonly server: string;
  /** `POST` if absent. */
  readonly method?: 'POST' | 'PUT';
  readonly path: string;
  readonly dataDirectory: string;
  readonly body: object;
}): string {
  const { server, method = 'POST', path, dataDirectory, body } = options;
  // With `--json` it posts by itself.
  const verb = method === 'POST' ? '' : ` -X ${method}`;
  const record = quoteWord(joinPath(dataDirectory, 'run/server.json'));
  return [
    `token=$(jq -r .token ${record})`,
    `curl --fail-with-body${verb} -H "Authorization: Bearer $token" --json ${quoteWord(JSON.stringify(body, null, 2))} ${quoteWord(server + path)}`,
  ].join('\n');
}

/** Whether a pattern has no field: it fits one name alone. */
function isPlainName(pattern: string): boolean {
  return !/[{}]/.test(pattern.replaceAll('{{', '').replaceAll('}}', ''));
}

function plainName(pattern: string): string {
  return pattern.replaceAll('{{', '{').replaceAll('}}', '}');
}

function joinPath(folder: string, name: string): string {
  return `${folder.replace(/\/+$/, '')}/${name}`;
}
