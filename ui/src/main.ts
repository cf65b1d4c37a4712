import { mount } from 'svelte';

import App from './App.svelte';
import { tauri } from './lib/backend/tauri';
import './lib/styles/base.css';
import './lib/styles/tokens.css';

const target = document.getElementById('app');
if (target) mount(App, { target, props: { backend: tauri } });
