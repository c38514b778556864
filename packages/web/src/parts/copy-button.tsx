/** Copies a text, such as the command that does what a button does. */
import { Button, CopyButton as Copier } from '@mantine/core';

interface CopyButtonProps {
  readonly text: string;
  /** What it copies: "Copy as command". */
  readonly label: string;
}

export function CopyButton({ text, label }: CopyButtonProps) {
  return (
    <Copier value={text} timeout={1500}>
      {({ copied, copy }) => (
        <Button size="compact-xs" variant="default" onClick={copy} title={text}>
          {copied ? 'Copied' : label}
        </Button>
      )}
    </Copier>
  );
}
