/** How much an agent may take, its labels and its pool: the owner's words over what it says of itself. */
import type { AgentSummary, ChangeAgentBody } from '@gantry/model';
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { client } from '../api/client.ts';
import { agentsQuery } from '../api/failure-queries.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { CopyCall } from '../parts/copy-call.tsx';
import { Problem } from '../parts/page.tsx';
import { quote } from '../parts/quote.ts';
import classes from './agents.module.css';
import { poolProblem } from './invite-dialog.tsx';
import { labelOptions, readLabels, writeLabels } from './label-text.ts';

interface CapacityDialogProps {
  readonly agent: AgentSummary;
  readonly onClose: () => void;
}

const gibibyte = 2 ** 30;
const fields = ['slots', 'cpu', 'memory', 'gpu'] as const;
type Field = (typeof fields)[number];

const labels: Readonly<Record<Field, string>> = {
  slots: 'Tasks at a time',
  cpu: 'Cores',
  memory: 'Memory, GiB',
  gpu: 'Graphics processors',
};

export function CapacityDialog({ agent, onClose }: CapacityDialogProps) {
  const { id, name, set, reported } = agent;
  const queryClient = useQueryClient();
  const [texts, setTexts] = useState<Record<Field, string>>({
    slots: String(set.slots ?? ''),
    cpu: String(set.cpu ?? ''),
    memory: set.memory === undefined ? '' : writeGibibytes(set.memory),
    gpu: String(set.gpu ?? ''),
  });
  const [labelText, setLabelText] = useState(agent.labelsSet ? writeLabels(agent.labels) : '');
  const [pool, setPool] = useState(agent.pool ?? '');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();

  const wrongs = Object.fromEntries(fields.map((field) => [field, numberProblem(field, texts[field])]));
  const read = readLabels(labelText);
  const poolWrong = poolProblem(pool);
  const isWrong =
    fields.some((field) => wrongs[field] !== undefined) ||
    read.wrong !== undefined ||
    poolWrong !== undefined;
  const numberOf = (field: Field): number | null => {
    const text = texts[field].trim();
    if (text === '') return null;
    return field === 'memory' ? Math.round(Number(text) * gibibyte) : Number(text);
  };
  const body: ChangeAgentBody = {
    capacity: {
      slots: numberOf('slots'),
      cpu: numberOf('cpu'),
      memory: numberOf('memory'),
      gpu: numberOf('gpu'),
    },
    labels: labelText.trim() === '' ? null : (read.labels ?? {}),
    pool: pool.trim() === '' ? null : pool.trim(),
  };
  const command = [
    ...['npx', 'gantry', 'agents', 'set', name, '--reset'],
    ...fields.flatMap((field) => {
      const value = body.capacity?.[field];
      return value === null || value === undefined ? [] : [`--${field}`, String(value)];
    }),
    ...labelOptions(body.labels ?? {}),
    ...(typeof body.pool === 'string' ? ['--pool', body.pool] : []),
  ];
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await client.changeAgent(id, body);
      await queryClient.invalidateQueries({ queryKey: agentsQuery.queryKey });
      onClose();
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)));
      setBusy(false);
    }
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    void save();
  };
  const own: Readonly<Record<Field, string>> = {
    slots: String(reported.slots),
    cpu: String(reported.cpu),
    memory: writeGibibytes(reported.memory),
    gpu: String(reported.gpu),
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={`What ${name} takes`}
      centered
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <Text size="sm" className="quiet">
            It hears of it within seconds. What it runs goes on; with less, nothing is started until it fits.
            What is left empty the agent says itself.
          </Text>
          <div className={classes['two']}>
            {fields.map((field, index) => (
              <TextInput
                key={field}
                label={labels[field]}
                placeholder={own[field]}
                description={`The agent says ${own[field]}`}
                inputMode="decimal"
                value={texts[field]}
                error={wrongs[field]}
                onChange={(event) => setTexts({ ...texts, [field]: event.currentTarget.value })}
                data-autofocus={index === 0 || undefined}
              />
            ))}
            <TextInput
              label="Labels"
              placeholder={agent.labelsSet ? '' : writeLabels(agent.labels)}
              description="What stages may ask for: scanner=b, room=2"
              value={labelText}
              error={read.wrong}
              onChange={(event) => setLabelText(event.currentTarget.value)}
            />
            <TextInput
              label="Pool"
              description="It takes only what asks for it"
              value={pool}
              error={poolWrong}
              onChange={(event) => setPool(event.currentTarget.value)}
            />
          </div>
          {error !== undefined && <Problem error={error} />}
          <Group justify="space-between">
            <Group gap="xs">
              <CopyButton text={command.map(quote).join(' ')} label="Copy as command" />
              <CopyCall method="PATCH" path={`/agents/${id}`} body={body} />
            </Group>
            <Group gap="xs">
              <Button variant="default" onClick={onClose}>
                Leave it
              </Button>
              <Button type="submit" loading={busy} disabled={isWrong}>
                Save
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function writeGibibytes(bytes: number): string {
  return String(Math.round((bytes / gibibyte) * 100) / 100);
}

function numberProblem(field: Field, text: string): string | undefined {
  if (text.trim() === '') return undefined;
  const value = Number(text);
  const whole = field === 'slots' || field === 'gpu';
  if (!Number.isFinite(value) || (whole && !Number.isInteger(value)))
    return `A ${whole ? 'whole ' : ''}number.`;
  if (field === 'gpu' ? value < 0 : value <= 0) return field === 'gpu' ? 'At least 0.' : 'Above 0.';
  return undefined;
}
