/** Asks before something is taken away: says what goes, and how it comes back. */
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { CopyButton } from './copy-button.tsx';
import { Problem } from './page.tsx';

interface ConfirmProps {
  readonly title: string;
  /** What happens. */
  readonly children: ReactNode;
  /** The word of the button: what is done, not "OK". */
  readonly action: string;
  readonly danger?: boolean;
  readonly command?: string;
  /** Beside the command. */
  readonly more?: ReactNode;
  /** True as long as it cannot be done. */
  readonly disabled?: boolean;
  readonly onConfirm: () => Promise<unknown>;
  readonly onClose: () => void;
}

export function Confirm({
  title,
  children,
  action,
  danger = false,
  command,
  more,
  disabled = false,
  onConfirm,
  onClose,
}: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const confirm = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      onClose();
    } catch (failure) {
      setError(failure instanceof Error ? failure : new Error(String(failure)));
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={title} centered closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="md">
        <Text size="md" component="div">
          {children}
        </Text>
        {error !== undefined && <Problem error={error} />}
        <Group justify="space-between">
          <Group gap="xs">
            {command !== undefined && <CopyButton text={command} label="Copy as command" />}
            {more}
          </Group>
          <Group gap="xs">
            <Button variant="default" onClick={onClose}>
              Leave it
            </Button>
            <Button
              color={danger ? 'var(--danger-fill)' : 'blue'}
              loading={busy}
              disabled={disabled}
              onClick={() => void confirm()}
              data-autofocus
            >
              {action}
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
}
