// A value of the backend that is asked for again when something it depends on changed, while a component lives.

import { onMount } from 'svelte';

import { getBackend } from '../backend/context';
import type { Changed } from '../backend/types';
import { notices } from '../state/notices.svelte';

/** Never asks twice at a time. */
export function live<Value>(load: () => Promise<Value>, concerns: (changed: Changed) => boolean) {
  const backend = getBackend();
  let value = $state.raw<Value>();
  let asking = false;
  let outdated = false;

  async function refresh() {
    outdated = true;
    if (asking) return;
    asking = true;
    while (outdated) {
      outdated = false;
      try {
        value = await load();
      } catch (error) {
        notices.problem(error);
      }
    }
    asking = false;
  }

  onMount(() => {
    const listening = backend.on('changed', (changed) => void (concerns(changed) && refresh()));
    void refresh();
    return () => void listening.then((stop) => stop());
  });

  return {
    get value() {
      return value;
    },
    refresh,
  };
}
