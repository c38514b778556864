/**
 * How the browser application is built: into `dist`, pages apart from the shell. Who builds it, and when, is left to
 * `scripts/build-web.ts`.
 */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    target: 'es2024',
    // The pages' policy lets images of our own in, and no data in styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      treeshake: {
        // Schemas and tables that nobody uses may go: these modules only define.
        moduleSideEffects: (id) => !/\/packages\/(?:model|client)\/src\//.test(id),
      },
    },
  },
  worker: { format: 'es' },
});
