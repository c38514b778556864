/**
 * The signature of what a webhook is sent, by the rules of Standard Webhooks (https://www.standardwebhooks.com), which
 * there are libraries for in most languages. Pure.
 */
import { createHmac } from 'node:crypto';

/** How a secret begins whose rest is base64. */
const secretPrefix = 'whsec_';

/** The key that a secret stands for: its bytes, or what is behind `whsec_` in base64. */
function readSecret(secret: string): Buffer {
  return secret.startsWith(secretPrefix)
    ? Buffer.from(secret.slice(secretPrefix.length), 'base64')
    : Buffer.from(secret, 'utf8');
}

/**
 * The header `webhook-signature`: `v1,` and the HMAC-SHA256 of `ID.TIMESTAMP.BODY`, in base64.
 * @param timestamp seconds since 1970, when it is sent
 */
export function signWebhook(secret: string, id: string, timestamp: number, body: string): string {
  const mac = createHmac('sha256', readSecret(secret)).update(`${id}.${timestamp}.${body}`);
  return `v1,${mac.digest('base64')}`;
}
