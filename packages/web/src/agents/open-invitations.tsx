/** Invitations that nobody has used yet, and withdrawing them. */
import type { InvitationSummary } from '@gantry/model';
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { invitationsQuery } from '../api/failure-queries.ts';
import { Problem } from '../parts/page.tsx';
import { RelativeTime } from '../parts/relative-time.tsx';
import classes from './agents.module.css';
import { Chips } from './chips.tsx';

export function OpenInvitations() {
  const { data: invitations } = useQuery(invitationsQuery);
  if (invitations === undefined || invitations.length === 0) return undefined;
  return (
    <section className="panel" aria-label="Open invitations">
      <h2 className={classes['heading']}>Machines that are invited and have not come yet</h2>
      <ul className={classes['invitations']}>
        {invitations.map((invitation) => (
          <Invitation key={invitation.id} invitation={invitation} />
        ))}
      </ul>
    </section>
  );
}

function Invitation({ invitation }: { readonly invitation: InvitationSummary }) {
  const { id, name, labels, pool, created, expires } = invitation;
  const queryClient = useQueryClient();
  const withdraw = useMutation({
    mutationFn: () => client.withdrawInvitation(id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: invitationsQuery.queryKey }),
  });
  return (
    <li>
      <div className={classes['grow']}>
        <div>
          <strong>{name ?? 'Any name'}</strong>{' '}
          <span className="quiet">
            invited <RelativeTime time={created} />; its token ends <RelativeTime time={expires} />
          </span>
        </div>
        <Chips labels={labels ?? {}} pool={pool} />
        {withdraw.error !== null && <Problem error={withdraw.error} />}
      </div>
      <Button
        size="compact-sm"
        variant="default"
        loading={withdraw.isPending}
        onClick={() => withdraw.mutate()}
        aria-label={`Withdraw the invitation of ${name ?? `any name, number ${id}`}`}
      >
        Withdraw
      </Button>
    </li>
  );
}
