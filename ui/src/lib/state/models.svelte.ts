// The models: which there are, which one answers. Tells when another one does, and how to go back.

import type { Backend, Unlisten } from '../backend/backend';
import type { Model } from '../backend/types';
import { t } from '../strings/index.svelte';
import { notices } from './notices.svelte';
import { Refresher } from './refresher';

/** Those that come with Lookalike as an earlier version used them; they answer until the photos are read anew. */
const EARLIER = { 'fast-earlier': 'fastEarlier', 'accurate-earlier': 'accurateEarlier' } as const;

/** Whether this names a model as an earlier version used it. */
export function isEarlier(name: string): name is keyof typeof EARLIER {
  return name in EARLIER;
}

/** What a model is called in the person's language. */
export function modelName(name: string): string {
  if (isEarlier(name)) return t(`settings.models.${EARLIER[name]}`);
  return name === 'fast' || name === 'accurate' ? t(`settings.models.${name}`) : name;
}

class Models {
  /** None until they are known. */
  list = $state.raw<readonly Model[] | null>(null);

  #backend: Backend | null = null;
  #lists = new Refresher(() => this.#fetch());

  readonly serving = $derived(this.list?.find(({ state }) => state === 'serving') ?? null);

  /** Follows this backend until the function it gives back is called. They are asked for when something changed. */
  async connect(backend: Backend): Promise<Unlisten> {
    this.#backend = backend;
    const stop = await backend.on('changed', ({ models }) => void (models && this.#lists.request()));
    return () => {
      stop();
      this.#lists.stop();
      this.#backend = null;
      this.list = null;
    };
  }

  /** Asks for them now. */
  refresh(): Promise<void> {
    return this.#fetch();
  }

  async use(key: string): Promise<void> {
    try {
      await this.#backend?.useModel(key);
      await this.#fetch();
    } catch (error) {
      notices.problem(error);
    }
  }

  async #fetch(): Promise<void> {
    const backend = this.#backend;
    if (!backend) return;
    try {
      const list = await backend.models();
      if (backend !== this.#backend) return;
      const before = this.serving;
      this.list = list;
      this.#tell(before, this.serving);
    } catch (error) {
      notices.problem(error);
    }
  }

  /** Says that another model answers, with a way back; none to what an earlier version made, which is dropped. */
  #tell(before: Model | null, now: Model | null): void {
    if (!before || !now || before.key === now.key) return;
    if (isEarlier(before.key)) {
      notices.note(t('settings.models.answersOn', { model: modelName(now.name) }));
      return;
    }
    notices.note(t('settings.models.answersOn', { model: modelName(now.name) }), {
      label: t('settings.models.undo'),
      run: () => void this.use(before.key),
    });
  }
}

export const models = new Models();
