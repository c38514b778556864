/** Search over everything, and commands: one list, by the keyboard alone. */
import { Modal, TextInput, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useId, useState, type KeyboardEvent, type ReactNode } from 'react';
import { foundDatasetsQuery } from '../api/dataset-queries.ts';
import { runQuery, runsQuery } from '../api/queries.ts';
import { StateIcon } from '../parts/state-badge.tsx';
import { TypeIcon } from '../parts/type-icon.tsx';
import { Icon } from './icons.tsx';
import classes from './shell.module.css';

interface Entry {
  readonly key: string;
  readonly text: string;
  readonly kind: string;
  readonly icon: ReactNode;
  readonly go: () => void;
}

const longest = 30;

export function Search({ onClose }: { readonly onClose: () => void }) {
  const [words, setWords] = useState('');
  const [selected, setSelected] = useState(0);
  const listId = useId();
  const found = useEntries(words);
  const current = Math.min(selected, found.length - 1);
  const choose = (entry: Entry | undefined): void => {
    if (entry === undefined) return;
    onClose();
    entry.go();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setSelected(Math.max(0, Math.min(found.length - 1, current + step)));
      return;
    }
    if (event.key === 'Enter') choose(found[current]);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      withCloseButton={false}
      padding="sm"
      size="lg"
      yOffset="12vh"
      title={null}
    >
      <TextInput
        value={words}
        onChange={(event) => {
          setWords(event.currentTarget.value);
          setSelected(0);
        }}
        onKeyDown={onKeyDown}
        placeholder="A run, a stage, a dataset, a page, a command"
        aria-label="Search and commands"
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={found[current] === undefined ? undefined : `${listId}-${current}`}
        leftSection={<Icon name="search" size={16} />}
        data-autofocus
      />
      <ul className={classes['results']} role="listbox" id={listId} aria-label="Found">
        {found.map((entry, index) => (
          <li
            key={entry.key}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === current}
            className={classes['result']}
            onMouseMove={() => setSelected(index)}
            onClick={() => choose(entry)}
          >
            {entry.icon}
            <span className="cut">{entry.text}</span>
            <small>{entry.kind}</small>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="quiet">Nothing of that name.</p>}
    </Modal>
  );
}

function useEntries(words: string): Entry[] {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const { data: runs = [] } = useQuery(runsQuery);
  const { data: datasets = [] } = useQuery(foundDatasetsQuery(words.trim()));
  const { setColorScheme } = useMantineColorScheme();
  const other = useComputedColorScheme('light') === 'dark' ? 'light' : 'dark';
  const { run: runHere } = useParams({ strict: false });
  const here = runHere === undefined ? undefined : queryClient.getQueryData(runQuery(runHere).queryKey);
  const entries: Entry[] = [
    {
      key: 'home',
      text: 'Home',
      kind: 'page',
      icon: <Icon name="home" size={16} />,
      go: () => void navigate({ to: '/' }),
    },
    {
      key: 'runs',
      text: 'Runs',
      kind: 'page',
      icon: <Icon name="runs" size={16} />,
      go: () => void navigate({ to: '/runs' }),
    },
    {
      key: 'datasets',
      text: 'Datasets',
      kind: 'page',
      icon: <Icon name="datasets" size={16} />,
      go: () => void navigate({ to: '/datasets' }),
    },
    {
      key: 'failures',
      text: 'Failures',
      kind: 'page',
      icon: <Icon name="failures" size={16} />,
      go: () => void navigate({ to: '/failures' }),
    },
    {
      key: 'agents',
      text: 'Agents',
      kind: 'page',
      icon: <Icon name="agents" size={16} />,
      go: () => void navigate({ to: '/agents' }),
    },
    {
      key: 'failed',
      text: 'Runs that failed',
      kind: 'page',
      icon: <StateIcon state="failed" />,
      go: () => void navigate({ to: '/runs', search: { only: 'failed' } }),
    },
    {
      key: 'new-run',
      text: 'Start a new run',
      kind: 'command',
      icon: <Icon name="plus" size={16} />,
      go: () => void navigate({ to: '/runs/new' }),
    },
    {
      key: 'theme',
      text: `Use the ${other} theme`,
      kind: 'command',
      icon: <Icon name={other === 'dark' ? 'moon' : 'sun'} size={16} />,
      go: () => setColorScheme(other),
    },
    ...(here?.stages ?? []).map((stage) => ({
      key: `stage ${stage.name}`,
      text: `${stage.name} (${stage.tool})`,
      kind: 'stage',
      icon: <Icon name="page" size={16} />,
      go: () => {
        if (runHere !== undefined)
          void navigate({ to: '/runs/$run', params: { run: runHere }, search: { stage: stage.name } });
      },
    })),
    ...runs.map((run) => ({
      key: `run ${run.id}`,
      text: `${run.id} ${run.name}`,
      kind: 'run',
      icon: <StateIcon state={run.state} />,
      go: () => void navigate({ to: '/runs/$run', params: { run: run.id } }),
    })),
    ...datasets.map(({ id, name, type }) => ({
      key: `dataset ${id}`,
      text: name,
      kind: 'dataset',
      icon: <TypeIcon type={type} size={16} />,
      go: () => void navigate({ to: '/datasets/$dataset', params: { dataset: id } }),
    })),
  ];
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return entries
    .filter(({ text, kind }) => wanted.every((word) => `${text} ${kind}`.toLowerCase().includes(word)))
    .slice(0, longest);
}
