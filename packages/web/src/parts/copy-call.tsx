/** Copies the request to the server's interface that does what a page does. */
import { userApiPath } from '@gantry/model';
import { CopyButton } from './copy-button.tsx';
import { quote } from './quote.ts';

interface CopyCallProps {
  readonly method?: 'GET' | 'POST' | 'PATCH';
  /** Below the interface's path, with its query. */
  readonly path: string;
  /** What is sent, as JSON. */
  readonly body?: object;
  /** The file that the answer is saved in, if it is no JSON. */
  readonly save?: string;
}

export function CopyCall({ method = 'GET', path, body, save }: CopyCallProps) {
  const parts = [
    'curl --fail-with-body -H "Authorization: Bearer $GANTRY_TOKEN"',
    // With a body, `--json` posts by itself.
    ...(method === 'GET' || (method === 'POST' && body !== undefined) ? [] : [`-X ${method}`]),
    ...(body === undefined ? [] : [`--json ${quote(JSON.stringify(body))}`]),
    ...(save === undefined ? [] : [`-o ${quote(save)}`]),
    quote(`${window.location.origin}${userApiPath}${path}`),
  ];
  return <CopyButton text={parts.join(' ')} label="Copy as API call" />;
}
