/** Closing and sealing a dataset, where its state lets one; what that means is said before. */
import type { ChangePreview, DatasetDetail } from '@gantry/model';
import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { datasetQuery, previewQuery } from '../api/dataset-queries.ts';
import { client } from '../api/client.ts';
import { Confirm } from '../parts/confirm.tsx';
import { CopyCall } from '../parts/copy-call.tsx';
import { Loading, Problem } from '../parts/page.tsx';
import classes from './dataset-actions.module.css';

export function DatasetActions({ dataset }: { readonly dataset: DatasetDetail }) {
  const [asking, setAsking] = useState<ChangePreview['change']>();
  const { state, madeBy } = dataset;
  return (
    <>
      {state === 'open' && madeBy === null && (
        <Button variant="default" onClick={() => setAsking('close')}>
          Close…
        </Button>
      )}
      {state === 'closed' && (
        <Button variant="default" onClick={() => setAsking('seal')}>
          Seal…
        </Button>
      )}
      {asking !== undefined && (
        <ConfirmChange dataset={dataset} change={asking} onClose={() => setAsking(undefined)} />
      )}
    </>
  );
}

interface ConfirmChangeProps {
  readonly dataset: DatasetDetail;
  readonly change: ChangePreview['change'];
  readonly onClose: () => void;
}

function ConfirmChange({ dataset, change, onClose }: ConfirmChangeProps) {
  const queryClient = useQueryClient();
  const { data: preview, error } = useQuery(previewQuery(dataset.id, change));
  const word = change === 'close' ? 'Close' : 'Seal';
  const confirm = async (): Promise<void> => {
    if (change === 'close') await client.closeDataset(dataset.id);
    else await client.sealDataset(dataset.id);
    await queryClient.invalidateQueries({ queryKey: datasetQuery(dataset.id).queryKey });
  };
  const possible = preview !== undefined && preview.refused === null;
  return (
    <Confirm
      title={`${word} ${dataset.name}?`}
      action={`${word} the dataset`}
      command={`npx gantry datasets ${change} ${dataset.id} --yes`}
      disabled={!possible}
      more={<CopyCall method="POST" path={`/datasets/${dataset.id}/${change}`} />}
      onConfirm={confirm}
      onClose={onClose}
    >
      {error !== null && <Problem error={error} />}
      {preview === undefined && error === null && <Loading height="6rem" />}
      {preview !== undefined && preview.refused !== null && (
        <>
          <strong>{preview.refused.message}</strong> {preview.refused.mend}
        </>
      )}
      {preview !== undefined && (
        <ul className={classes['means']}>
          {preview.means.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
    </Confirm>
  );
}
