/**
 * Sends one notification to one webhook, once. When to try again is left to `courier.ts`.
 */
import { describeNotification, webhookBodySchema, type WebhookBody } from '@gantry/model';
import type { DueDelivery } from '@gantry/engine';
import { signWebhook } from './sign-webhook.ts';

/** A receiver that takes longer is taken for one that is not there. */
const patienceMs = 10_000;

/** What came of it: nothing where it was taken, else what went wrong, without the address. */
export type Refusal = string | undefined;

export interface SendOptions {
  /** Unsigned without one. */
  readonly secret: string | undefined;
  readonly version: string;
  readonly signal: AbortSignal;
}

/** @throws what `signal` was aborted with */
export async function sendWebhook(delivery: DueDelivery, options: SendOptions): Promise<Refusal> {
  const { secret, version, signal } = options;
  const body = JSON.stringify(writeBody(delivery));
  const timestamp = Math.floor(Date.now() / 1000);
  try {
    const response = await fetch(delivery.webhook, {
      method: 'POST',
      // Another address than the one that was given gets nothing.
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        'user-agent': `Gantry/${version}`,
        'webhook-id': delivery.key,
        'webhook-timestamp': String(timestamp),
        ...(secret === undefined
          ? {}
          : { 'webhook-signature': signWebhook(secret, delivery.key, timestamp, body) }),
      },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
    });
    // Nobody reads what it says.
    await response.body?.cancel();
    if (response.ok) return undefined;
    if (response.status >= 300 && response.status < 400)
      return `It answers HTTP ${response.status}, and redirections are not followed.`;
    return `It answers HTTP ${response.status}.`;
  } catch (error) {
    signal.throwIfAborted();
    return explain(error);
  }
}

/** By the schema that receivers are told of. */
function writeBody({ key, at, about }: DueDelivery): WebhookBody {
  const { title, detail, path } = describeNotification(about);
  const text = `${detail === undefined ? title : `${title}: ${detail}`}.`;
  return webhookBodySchema.parse({ gantry: 'notification/v1', id: key, at, text, path, about });
}

function explain(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `It does not answer within ${patienceMs / 1000} s.`;
  const cause = error instanceof Error ? error.cause : undefined;
  const { code } = (cause ?? {}) as { code?: unknown };
  return typeof code === 'string' ? `It cannot be reached (${code}).` : 'It cannot be reached.';
}
