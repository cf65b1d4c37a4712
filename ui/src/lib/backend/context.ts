// Hands the backend to components, so that tests can give them another one.

import { getContext, setContext } from 'svelte';

import type { Backend } from './backend';

const KEY = Symbol('backend');

/** Called once, by the root component. */
export function provideBackend(backend: Backend): Backend {
  return setContext(KEY, backend);
}

export function getBackend(): Backend {
  return getContext<Backend>(KEY);
}
