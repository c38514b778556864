/** `gantry datasets close` and `seal`: says what it would mean, and does it with `--yes`. */
import type { ChangePreview } from '@gantry/model';
import type { CommandContext } from '../../command-context.ts';
import { exitCodes } from '../../exit-codes.ts';
import { makePrintable } from '../../terminal.ts';
import { look } from '../look.ts';

export async function changeDataset(
  context: CommandContext,
  dataset: number,
  change: ChangePreview['change'],
  yes: boolean,
): Promise<number> {
  const { out, err } = context.terminal;
  if (yes) {
    const fingerprint = await look(context, ({ ask }) =>
      ask(async (client, signal) => {
        if (change === 'seal') return client.sealDataset(dataset, signal);
        await client.closeDataset(dataset, signal);
        return undefined;
      }),
    );
    out.line(
      fingerprint === undefined
        ? `Dataset ${dataset} is closed.`
        : `Dataset ${dataset} is sealed: fingerprint ${fingerprint}`,
    );
    return exitCodes.done;
  }
  const preview = await look(context, ({ ask }) =>
    ask((client, signal) => client.previewChange(dataset, change, signal)),
  );
  if (preview.refused !== null) {
    err.line(`error: ${makePrintable(`${preview.refused.message} ${preview.refused.mend ?? ''}`.trim())}`);
    return exitCodes.badInput;
  }
  for (const sentence of preview.means) out.line(makePrintable(sentence));
  err.line(`Nothing is done yet. To do it: gantry datasets ${change} ${dataset} --yes`);
  return exitCodes.done;
}
