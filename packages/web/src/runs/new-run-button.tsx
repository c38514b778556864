/** To the page that starts a run. */
import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Icon } from '../shell/icons.tsx';

export function NewRunButton() {
  return (
    <Button leftSection={<Icon name="plus" size={16} />} renderRoot={(props) => <Link {...props} to="/runs/new" />}>
      New run
    </Button>
  );
}
