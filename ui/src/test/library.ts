// A made-up library behind a component, followed as the window follows the real one.

import { render } from '@testing-library/svelte';
import type { Component } from 'svelte';
import { onTestFinished } from 'vitest';

import { MemoryBackend, type MemoryOptions } from '../lib/backend/memory';
import { library } from '../lib/state/library.svelte';
import { models } from '../lib/state/models.svelte';
import { notices } from '../lib/state/notices.svelte';
import { settings } from '../lib/state/settings.svelte';
import Within from './Within.svelte';

/** Few photos: what components show does not hang on their number. */
export async function madeUpLibrary(options: MemoryOptions = {}): Promise<MemoryBackend> {
  const backend = new MemoryBackend({ photos: 12, ...options });
  const stops = [
    await settings.start(backend),
    await library.connect(backend),
    await models.connect(backend),
  ];
  onTestFinished(() => {
    stops.forEach((stop) => stop());
    notices.list.forEach(({ id }) => notices.dismiss(id));
  });
  return backend;
}

export function show(view: Component, backend: MemoryBackend) {
  return render(Within, { backend, view });
}
