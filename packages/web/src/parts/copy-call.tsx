/** Copies the request to the server's interface that does what a page does. */
import { userApiPath } from '@gantry/model';
import { CopyButton } from './copy-button.tsx';

interface CopyCallProps {
  readonly method?: 'GET' | 'POST';
  /** Below the interface's path, with its query. */
  readonly path: string;
  /** The file that the answer is saved in, if it is no JSON. */
  readonly save?: string;
}

export function CopyCall({ method = 'GET', path, save }: CopyCallProps) {
  const parts = [
    'curl --fail-with-body -H "Authorization: Bearer $GANTRY_TOKEN"',
    ...(method === 'GET' ? [] : [`-X ${method}`]),
    ...(save === undefined ? [] : [`-o ${quote(save)}`]),
    quote(`${window.location.origin}${userApiPath}${path}`),
  ];
  return <CopyButton text={parts.join(' ')} label="Copy as API call" />;
}

/** As a shell needs it. */
export function quote(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}
