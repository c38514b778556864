/** The bar on top: search and commands, the connection, the theme, signing out. */
import { ActionIcon, Menu, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { loadPage } from '../load-page.ts';
import { client } from '../api/client.ts';
import { statusQuery } from '../api/queries.ts';
import { setSignedOut } from '../api/signed-out.ts';
import { Bell } from '../notifications/bell.tsx';
import { Connection } from './connection.tsx';
import { Icon } from './icons.tsx';
import classes from './shell.module.css';

const Search = lazy(async () => ({ default: (await loadPage(() => import('./search.tsx'))).Search }));

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

export function TopBar() {
  const [searching, setSearching] = useState(false);
  useHotkeys([['mod+K', () => setSearching(true)]], []);
  const { data: status } = useQuery(statusQuery);
  return (
    <header className={classes['bar']}>
      <button type="button" className={classes['search']} onClick={() => setSearching(true)}>
        <Icon name="search" size={15} />
        Search and commands
        <kbd>{isMac ? '⌘ K' : 'Ctrl K'}</kbd>
      </button>
      <span className={classes['grow']} />
      <span className={`${classes['place']} cut`} title={status?.dataDirectory}>
        {status?.dataDirectory}
      </span>
      <Connection />
      <Bell />
      <ThemeSwitch />
      <Account version={status?.version} />
      {searching && (
        <Suspense>
          <Search onClose={() => setSearching(false)} />
        </Suspense>
      )}
    </header>
  );
}

function ThemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const other = useComputedColorScheme('light') === 'dark' ? 'light' : 'dark';
  const label = other === 'dark' ? 'Dark theme' : 'Light theme';
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={() => setColorScheme(other)}>
        <Icon name={other === 'dark' ? 'moon' : 'sun'} />
      </ActionIcon>
    </Tooltip>
  );
}

function Account({ version }: { readonly version: string | undefined }) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label="Account">
          <Icon name="person" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>The owner of this data directory</Menu.Label>
        <Menu.Item
          onClick={() => {
            void client.signOut().then(() => setSignedOut(true));
          }}
        >
          Sign this browser out
        </Menu.Item>
        {version !== undefined && <Menu.Label>Gantry {version}</Menu.Label>}
      </Menu.Dropdown>
    </Menu>
  );
}
