import { mount } from 'svelte';

import App from './App.svelte';
import type { Backend } from './lib/backend/backend';
import { tauri } from './lib/backend/tauri';
import './lib/styles/base.css';
import './lib/styles/checkbox.css';
import './lib/styles/tokens.css';

/** The shell; in a browser, where there is none, a made-up library that the program itself does not contain. */
async function connect(): Promise<Backend> {
  if (import.meta.env.DEV && !('__TAURI_INTERNALS__' in window)) {
    const { fromAddress } = await import('./lib/backend/memory');
    return fromAddress(new URLSearchParams(location.search));
  }
  return tauri;
}

// The web view's own menu offers to reload, which would lose the trail.
addEventListener('contextmenu', (event) => {
  if (!(event.target instanceof HTMLInputElement)) event.preventDefault();
});

const target = document.getElementById('app');
if (target) mount(App, { target, props: { backend: await connect() } });
