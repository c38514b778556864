/** What can be done with an agent: taking it out of the pool and back, sending it away, and what it may take. */
import type { AgentSummary } from '@gantry/model';
import { ActionIcon, Menu } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../api/client.ts';
import { agentsQuery } from '../api/failure-queries.ts';
import { Confirm } from '../parts/confirm.tsx';
import { formatThings } from '../parts/numbers.ts';
import { quote } from '../parts/quote.ts';
import { Icon } from '../shell/icons.tsx';
import { CapacityDialog } from './capacity-dialog.tsx';

export function AgentActions({ agent }: { readonly agent: AgentSummary }) {
  const { id, name, paused, draining, state, held, invited, revoked } = agent;
  const [isDraining, setDraining] = useState(false);
  const [isRevoking, setRevoking] = useState(false);
  const [isChanging, setChanging] = useState(false);
  const queryClient = useQueryClient();
  const readAgain = () => queryClient.invalidateQueries({ queryKey: agentsQuery.queryKey });
  const pause = useMutation({ mutationFn: () => client.pauseAgent(id, !paused), onSuccess: readAgain });
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="default" aria-label={`What can be done with ${name}`}>
            <Icon name="down" size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setChanging(true)}>Set what it takes, its labels, its pool…</Menu.Item>
          <Menu.Item onClick={() => pause.mutate()}>
            {paused ? 'Take it back into the pool' : 'Pause it: what it runs goes on'}
          </Menu.Item>
          <Menu.Item disabled={state !== 'alive' || draining} onClick={() => setDraining(true)}>
            Drain it…
          </Menu.Item>
          {invited && !revoked && (
            <Menu.Item color="var(--mantine-color-error)" onClick={() => setRevoking(true)}>
              Revoke its right to come…
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {isChanging && <CapacityDialog agent={agent} onClose={() => setChanging(false)} />}
      {isRevoking && (
        <Confirm
          title={`Revoke ${name}?`}
          action="Revoke it"
          danger
          command={`npx gantry agents revoke ${quote(name)}`}
          onConfirm={async () => {
            await client.revokeAgent(id);
            await readAgain();
          }}
          onClose={() => setRevoking(false)}
        >
          Its credential is of no use any more. What it runs ({formatThings(held, 'task')}) is ended, and is
          ready for others at once. To come again the machine must be invited again.
        </Confirm>
      )}
      {isDraining && (
        <Confirm
          title={`Drain ${name}?`}
          action="Drain it"
          command={`npx gantry agents drain ${quote(name)}`}
          onConfirm={async () => {
            await client.drainAgent(id);
            await readAgain();
          }}
          onClose={() => setDraining(false)}
        >
          It ends what it runs ({formatThings(held, 'task')}), gives back the rest and leaves. It is there
          again when it is started again.
        </Confirm>
      )}
    </>
  );
}
