import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte(), svelteTesting()],
  // Tauri expects the port it was told, see src-tauri/tauri.conf.json.
  server: { port: 1420, strictPort: true },
  // The oldest engines we meet: WebKitGTK 2.40 and Safari 16, as Debian 12 and macOS 13 have them.
  build: { target: 'safari16', chunkSizeWarningLimit: 400, reportCompressedSize: false },
  test: {
    environment: 'happy-dom',
    // A global scope of its own for each file costs a third of a process of its own.
    pool: 'vmThreads',
    maxWorkers: '100%',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/test/setup.ts'],
    // Generous: a busy machine is slow, not wrong.
    testTimeout: 60_000,
  },
});
