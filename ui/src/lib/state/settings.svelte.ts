// What the person chose, and what follows from it at once: theme and language.

import type { Backend, Unlisten } from '../backend/backend';
import type { Settings, Startup, Theme } from '../backend/types';
import { useLanguage } from '../strings/index.svelte';
import { notices } from './notices.svelte';

const UNKNOWN: Startup = {
  version: '',
  settings: {
    theme: 'system',
    language: null,
    lookInside: true,
    threads: 0,
    tray: false,
    rowHeight: 200,
    pointed: false,
  },
  systemLanguage: 'en',
  trayAvailable: false,
  cores: 1,
};

class SettingsState {
  current = $state.raw(UNKNOWN.settings);
  /** What the shell said at the start: its version, and what this system can do. */
  startup = $state.raw(UNKNOWN);
  /** Why the library cannot be used: it could not be opened, or not again after a change. */
  problem = $state.raw<unknown>(null);

  #backend: Backend | null = null;
  /** What the shell has. */
  #saved = UNKNOWN.settings;
  #saving: Promise<void> | null = null;

  /**
   * Takes over what the shell has kept. Called before anything is shown. Follows the system's theme until the function
   * it gives back is called.
   */
  async start(backend: Backend): Promise<Unlisten> {
    this.#backend = backend;
    this.problem = null;
    const darkness = matchMedia('(prefers-color-scheme: dark)');
    const themed = () => applyTheme(this.current, darkness);
    // As they were last, else as the system has them, until the library is open, or cannot be opened.
    this.current = { ...this.current, theme: rememberedTheme() };
    themed();
    useLanguage(navigator.language);
    this.startup = await backend.startup();
    this.#saved = this.startup.settings;
    this.#take(this.#saved);
    darkness.addEventListener('change', themed);
    return () => darkness.removeEventListener('change', themed);
  }

  /** Changes at once; goes back with a notice when it cannot be saved. */
  change(part: Partial<Settings>): Promise<void> {
    this.#take({ ...this.current, ...part });
    this.#saving ??= this.#save().finally(() => (this.#saving = null));
    return this.#saving;
  }

  /** One at a time, so that the last change is the one that stays. */
  async #save(): Promise<void> {
    while (this.#backend && this.current !== this.#saved) {
      const settings = this.current;
      try {
        await this.#backend.changeSettings(settings);
        this.#saved = settings;
      } catch (error) {
        this.#take(this.#saved);
        await this.#tell(error, this.#backend);
      }
    }
  }

  /** Some changes open the library anew: when it is not open any more, that is what there is to say. */
  async #tell(error: unknown, backend: Backend): Promise<void> {
    try {
      await backend.startup();
      notices.problem(error);
    } catch (problem) {
      this.problem = problem;
    }
  }

  #take(settings: Settings): void {
    this.current = settings;
    useLanguage(settings.language, this.startup.systemLanguage);
    localStorage.setItem(THEME, settings.theme);
    applyTheme(settings, matchMedia('(prefers-color-scheme: dark)'));
  }
}

const THEME = 'theme';

/** Kept beside the library, which takes a moment to open: a window that is dark from the first is no flash. */
function rememberedTheme(): Theme {
  const kept = localStorage.getItem(THEME);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

function applyTheme({ theme }: Settings, darkness: MediaQueryList): void {
  const system = darkness.matches ? 'dark' : 'light';
  document.documentElement.dataset.theme = theme === 'system' ? system : theme;
}

export const settings = new SettingsState();
