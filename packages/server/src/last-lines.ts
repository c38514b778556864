/**
 * The last lines of a log, from its last records: pieces of two streams, which begin and end anywhere.
 */
import { StringDecoder } from 'node:string_decoder';
import type { LogEnd } from '@gantry/model';
import type { LogRecord, LogStream } from '@gantry/storage';

type Line = LogEnd['lines'][number];

/** Characters of a line that are shown. */
const longestLine = 2_000;

/**
 * @param whole false where there is more before the records: then the first line may have no beginning, and is left out
 */
export function lastLines(
  records: readonly LogRecord[],
  whole: boolean,
  count: number,
): Pick<LogEnd, 'lines' | 'whole'> {
  const decoders = new Map<LogStream, StringDecoder>();
  /** Per stream, the line that has no end yet. */
  const open = new Map<LogStream, { stream: LogStream; text: string }>();
  const lines: { stream: LogStream; text: string }[] = [];
  for (const { stream, bytes } of records) {
    const decoder = decoders.get(stream) ?? new StringDecoder('utf8');
    decoders.set(stream, decoder);
    const parts = decoder.write(bytes).split(/\r?\n/);
    parts.forEach((text, index) => {
      const line = open.get(stream);
      if (line !== undefined) line.text += text;
      else if (text !== '' || index < parts.length - 1) {
        const begun = { stream, text };
        lines.push(begun);
        open.set(stream, begun);
      }
      if (index < parts.length - 1) open.delete(stream);
    });
  }
  const known = whole ? lines : lines.slice(1);
  return { lines: known.slice(-count).map(cut), whole: whole && known.length <= count };
}

function cut({ stream, text }: Line): Line {
  return { stream, text: text.length <= longestLine ? text : `${text.slice(0, longestLine - 1)}…` };
}
