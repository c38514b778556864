/**
 * The browser application: its parts around the router. Pages are loaded when they are gone to.
 */
import '@mantine/core/styles.css';
import './theme/base.css';
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/query-client.ts';
import { LiveEvents } from './live/live-events.tsx';
import { router } from './router.tsx';
import { theme } from './theme/theme.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={localStorageColorSchemeManager({ key: 'gantry-color-scheme' })}
    >
      <QueryClientProvider client={queryClient}>
        <LiveEvents>
          <RouterProvider router={router} />
        </LiveEvents>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
