/** Invites a machine: what the agent will be, and then the token, which is shown once, with the command for it. */
import { poolNameSchema, type InviteAgentBody, type IssuedInvitation } from '@gantry/model';
import { Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { client } from '../api/client.ts';
import { invitationsQuery } from '../api/failure-queries.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { CopyCall } from '../parts/copy-call.tsx';
import { Command, Problem } from '../parts/page.tsx';
import { quote } from '../parts/quote.ts';
import { RelativeTime } from '../parts/relative-time.tsx';
import classes from './agents.module.css';
import { labelOptions, readLabels } from './label-text.ts';

const lifetimes = [
  { value: '60', label: 'an hour' },
  { value: '1440', label: 'a day' },
  { value: '10080', label: 'a week' },
];

export function InviteDialog({ onClose }: { readonly onClose: () => void }) {
  const [issued, setIssued] = useState<IssuedInvitation>();
  return (
    <Modal
      opened
      onClose={onClose}
      title={issued === undefined ? 'Add a machine' : 'On the other machine'}
      centered
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {issued === undefined ? (
        <InviteForm onIssued={setIssued} onClose={onClose} />
      ) : (
        <TokenShown issued={issued} onClose={onClose} />
      )}
    </Modal>
  );
}

interface InviteFormProps {
  readonly onIssued: (issued: IssuedInvitation) => void;
  readonly onClose: () => void;
}

function InviteForm({ onIssued, onClose }: InviteFormProps) {
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [pool, setPool] = useState('');
  const [labelText, setLabelText] = useState('');
  const [minutes, setMinutes] = useState('1440');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const { labels = {}, wrong } = readLabels(labelText);
  const poolWrong = poolProblem(pool);
  const body: InviteAgentBody = {
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(pool.trim() === '' ? {} : { pool: pool.trim() }),
    expiresMinutes: Number(minutes),
  };
  const command = [
    ...['npx', 'gantry', 'agents', 'invite'],
    ...(body.name === undefined ? [] : ['--name', body.name]),
    ...labelOptions(labels),
    ...(body.pool === undefined ? [] : ['--pool', body.pool]),
    ...['--expires', minutes],
  ];
  const invite = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      onIssued(await client.inviteAgent(body));
      await queryClient.invalidateQueries({ queryKey: invitationsQuery.queryKey });
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)));
      setBusy(false);
    }
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    void invite();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Text size="sm" className="quiet">
          You get a token by which one machine can join, once. It needs Node 20, npm and a copy of Gantry; a
          shared storage is of use, and not needed.
        </Text>
        <div className={classes['two']}>
          <TextInput
            label="Name"
            description="Empty: the machine’s own"
            value={name}
            maxLength={200}
            onChange={(event) => setName(event.currentTarget.value)}
            data-autofocus
          />
          <NativeSelect
            label="Can be used for"
            description="Withdrawn at any time"
            data={lifetimes}
            value={minutes}
            onChange={(event) => setMinutes(event.currentTarget.value)}
          />
          <TextInput
            label="Pool"
            description="It takes only what asks for it"
            value={pool}
            error={poolWrong}
            onChange={(event) => setPool(event.currentTarget.value)}
          />
          <TextInput
            label="Labels"
            description="What stages may ask for: scanner=b, room=2"
            value={labelText}
            error={wrong}
            onChange={(event) => setLabelText(event.currentTarget.value)}
          />
        </div>
        {error !== undefined && <Problem error={error} />}
        <Group justify="space-between">
          <Group gap="xs">
            <CopyButton text={command.map(quote).join(' ')} label="Copy as command" />
            <CopyCall method="POST" path="/agents/invitations" body={body} />
          </Group>
          <Group gap="xs">
            <Button variant="default" onClick={onClose}>
              Leave it
            </Button>
            <Button type="submit" loading={busy} disabled={wrong !== undefined || poolWrong !== undefined}>
              Make the token
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}

function TokenShown({
  issued,
  onClose,
}: {
  readonly issued: IssuedInvitation;
  readonly onClose: () => void;
}) {
  const { origin, hostname, protocol } = window.location;
  const isLocal = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return (
    <Stack gap="md">
      <ol className={classes['steps']}>
        <li>
          <p>Start the agent, in a copy of Gantry:</p>
          <Command text={`npx gantry agent --server ${isLocal ? 'https://SERVER' : origin}`} />
        </li>
        <li>
          <p>It asks for this token. It is shown only here, and can be used once:</p>
          <div className={classes['token']}>
            <code tabIndex={0}>{issued.token}</code>
            <CopyButton text={issued.token} label="Copy" />
          </div>
        </li>
      </ol>
      {isLocal ? (
        <div className={classes['warning']}>
          This page is open at {hostname}, which another machine cannot reach. In the place of{' '}
          <code>SERVER</code> belongs the address at which it reaches this server: have that listen with{' '}
          <code>gantry up --listen 0.0.0.0</code>, behind a proxy that serves it by https.
        </div>
      ) : (
        protocol === 'http:' && (
          <div className={classes['warning']}>
            Nothing is encrypted on this way. Outside a network that you trust, put a proxy before the server
            that serves it by https.
          </div>
        )
      )}
      <Group justify="space-between">
        <Text size="sm" className="quiet">
          It ends <RelativeTime time={issued.expires} />.
        </Text>
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}

export function poolProblem(text: string): string | undefined {
  if (text.trim() === '') return undefined;
  const checked = poolNameSchema.safeParse(text.trim());
  return checked.success ? undefined : `It ${checked.error.issues[0]?.message ?? 'is not valid'}.`;
}
