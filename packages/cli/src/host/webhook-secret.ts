/**
 * The secret that webhooks are signed with: from the setting, or from the file that it names.
 */
import { readFile } from 'node:fs/promises';
import { GantryError } from '@gantry/model';
import { settingsSchema, type Settings } from '../settings.ts';

/** @throws GantryError `webhook-secret` where the file cannot be read, or holds no secret */
export async function readWebhookSecret({
  webhookSecret,
  webhookSecretFile: file,
}: Pick<Settings, 'webhookSecret' | 'webhookSecretFile'>): Promise<string | undefined> {
  if (webhookSecret !== undefined || file === undefined) return webhookSecret;
  const fail = (what: string, mend: string, cause?: unknown): GantryError =>
    new GantryError('webhook-secret', `${file} ${what}`, { file, field: 'webhookSecretFile', mend, cause });
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw fail(
      `cannot be read (${code ?? String(error)}).`,
      'Name a file with the secret of the webhooks that you may read.',
      error,
    );
  }
  const parsed = settingsSchema.shape.webhookSecret.safeParse(text.trim());
  if (parsed.success) return parsed.data;
  throw fail(
    `holds no secret: it ${parsed.error.issues[0]?.message ?? 'is not valid'}.`,
    'Write one with `openssl rand -base64 32`.',
  );
}
