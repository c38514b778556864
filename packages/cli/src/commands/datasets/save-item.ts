/** `gantry datasets save`: saves the file of an item. */
import { open, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GantryError } from '@gantry/model';
import type { CommandContext } from '../../command-context.ts';
import { exitCodes } from '../../exit-codes.ts';
import { formatBytes } from '../../numbers.ts';
import { look } from '../look.ts';
import { readPlaceOption } from './place-option.ts';

/** @throws GantryError `file-exists`, `file-not-writable`, and what the request throws; nothing is left behind then */
export async function saveItem(
  context: CommandContext,
  dataset: number,
  file: string,
  placeText: string | undefined,
): Promise<number> {
  const place = readPlaceOption(placeText ?? '');
  const path = resolve(context.folder, file);
  const bytes = await look(context, ({ ask }) =>
    ask(async (client, signal) => {
      const body = await client.itemFile(dataset, place, signal);
      const handle = await open(path, 'wx').catch((cause: unknown) => {
        throw explain(path, cause);
      });
      let written = 0;
      try {
        for await (const chunk of body ?? []) {
          await handle.writeFile(chunk);
          written += chunk.byteLength;
        }
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      } finally {
        await handle.close();
      }
      return written;
    }),
  );
  context.terminal.out.line(`${path} (${formatBytes(bytes)})`);
  return exitCodes.done;
}

function explain(path: string, cause: unknown): GantryError {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'EEXIST') {
    return new GantryError('file-exists', `${path} is there already.`, {
      file: path,
      mend: 'Choose another name, or take it away.',
    });
  }
  return new GantryError('file-not-writable', `${path} cannot be written (${code ?? String(cause)}).`, {
    file: path,
    mend: 'Choose a folder that is there and that you may write in.',
    cause,
  });
}
