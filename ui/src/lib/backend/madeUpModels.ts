// Models over the made-up library: they read its photos a few at a time, and one that has read them all answers.

import { problem } from './madeUpProblem';
import type { Activity, Model } from './types';

export const IDLE: Activity = {
  work: 'idle',
  paused: false,
  folder: null,
  model: null,
  answers: null,
  done: 0,
  total: 0,
  perSecond: null,
  secondsLeft: null,
};
/** Milliseconds between two steps of made-up work. */
export const TICK = 250;

/** What the models see of the library. */
interface Host {
  photos(): number;
  activity(): Activity;
  tell(activity: Activity): Promise<void>;
  /** Models changed, and with `photos` what is found. */
  changed(photos: boolean): void;
}

export class MadeUpModels {
  #host: Host;
  #models: Model[] = [model('fast', 0.91, 0.71, 0.51, 0.35), model('accurate', 0.92, 0.76, 0.57, 0.4)];
  #switching: ReturnType<typeof setInterval> | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  async list(): Promise<Model[]> {
    const photos = this.#host.photos();
    return this.#models.map((model) => ({
      ...model,
      photos,
      embedded: model.state === 'serving' ? photos : Math.min(model.embedded, photos),
    }));
  }

  async use(key: string) {
    clearInterval(this.#switching);
    const photos = this.#host.photos();
    const wanted = this.#models.find((model) => model.key === key);
    if (!wanted) throw unknown(key);
    const serving = this.#models.find(({ state }) => state === 'serving');
    if (wanted === serving || wanted.embedded >= photos) {
      this.#states((model) => (model.key === key ? 'serving' : 'idle'));
      if (this.#host.activity().work === 'switching') await this.#host.tell(IDLE);
      return;
    }
    this.#states(({ key: other, state }) =>
      state === 'serving' ? 'serving' : other === key ? 'wanted' : 'idle',
    );
    const names = { model: wanted.name, answers: serving?.name ?? null };
    const step = () => {
      if (this.#host.activity().paused) return;
      const before = this.#models.find((model) => model.key === key)?.embedded ?? 0;
      const done = Math.min(photos, before + Math.max(1, Math.ceil(photos / 40)));
      this.#models = this.#models.map((model) => (model.key === key ? { ...model, embedded: done } : model));
      if (done < photos) {
        void this.#host.tell({ ...IDLE, ...names, work: 'switching', done, total: photos });
        return;
      }
      clearInterval(this.#switching);
      void this.#host.tell(IDLE);
      this.#states((model) => (model.key === key ? 'serving' : 'idle'));
    };
    await this.#host.tell({ ...IDLE, ...names, work: 'switching', done: 0, total: photos });
    this.#switching = setInterval(step, TICK);
  }

  /** Resolves to its key. */
  async import() {
    const key = 'brought-1';
    if (!this.#models.some((model) => model.key === key)) {
      const brought = { ...model(key, 0.91, 0.71, 0.51, 0.35), name: 'Birds', builtIn: false, licence: '' };
      const calibration = { from: 'nothing' as const, least: 200 };
      this.#models.push({ ...brought, description: 'Tells birds apart', calibration });
    }
    this.#host.changed(false);
    return key;
  }

  async remove(key: string) {
    this.#models = this.#models.flatMap((model) => {
      if (model.key !== key) return [model];
      return model.builtIn ? [{ ...model, embedded: 0 }] : [];
    });
    this.#host.changed(false);
  }

  #states(stateOf: (model: Model) => Model['state']): void {
    const photos = this.#host.photos();
    this.#models = this.#models.map((model) => {
      const state = stateOf(model);
      const read = state === 'serving' || model.state === 'serving' ? photos : model.embedded;
      return { ...model, state, embedded: read };
    });
    this.#host.changed(true);
  }
}

function model(key: string, ...bands: [number, number, number, number]): Model {
  const quick = key !== 'accurate';
  return {
    key,
    name: key,
    builtIn: true,
    description: '',
    licence: 'Apache-2.0',
    usable: true,
    bytes: quick ? 3_941_600 : 5_606_000,
    dimension: 1280,
    inputWidth: quick ? 224 : 260,
    inputHeight: quick ? 224 : 260,
    milliseconds: quick ? 4.2 : 8.7,
    bands,
    calibration: { from: 'card' },
    embedded: 0,
    photos: 0,
    state: key === 'fast' ? 'serving' : 'idle',
  };
}

const unknown = (key: string) => problem('model_unknown', `there is no model ${key}`, { name: key });
