/**
 * Where output goes: whether that is a terminal, how wide it is, whether colours are welcome, and what of a foreign
 * text may be shown there. What is written is left to the commands.
 */
import type { WriteStream } from 'node:tty';

export interface Output {
  /** Writes a text as it is; nothing happens once the reader has gone. */
  write(text: string): void;
  /** Writes a line. */
  line(text?: string): void;
  /** True where lines can be drawn again. */
  readonly isTerminal: boolean;
  readonly colors: boolean;
  /** Columns, 80 where nobody says. */
  width(): number;
}

export interface Terminal {
  readonly out: Output;
  readonly err: Output;
}

/**
 * @param onGone called when the reader of the stream has gone (`gantry logs … | head`): no error, but the end of
 *   what only writes.
 */
export function openOutput(
  stream: NodeJS.WriteStream,
  env: NodeJS.ProcessEnv,
  onGone: () => void = () => {},
): Output {
  let gone = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // EIO: the terminal itself was closed.
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    gone = true;
    onGone();
  });
  const isTerminal = stream.isTTY && env['TERM'] !== 'dumb';
  const write = (text: string): void => {
    if (!gone) stream.write(text);
  };
  return {
    write,
    line: (text = '') => write(`${text}\n`),
    isTerminal,
    // https://no-color.org: present and not empty.
    colors: isTerminal && (env['NO_COLOR'] ?? '') === '',
    // A terminal that does not know its size says 0.
    width: () => (stream as Partial<WriteStream>).columns || 80,
  };
}

const paints = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34 } as const;

/** The text in a colour where the output has colours. */
export function paint(output: Output, color: keyof typeof paints, text: string): string {
  return output.colors ? `\u001b[${paints[color]}m${text}\u001b[0m` : text;
}

/** Replaces what would steer a terminal (a log may hold anything) by a visible sign; tabs and line ends stay. */
export function makePrintable(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}
