// Short messages that come and go. They wait while somebody reads them.

import { describe } from '../strings/problems';

export { describe };

/** What can be done about what a notice says. */
export interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
}

export interface Notice {
  readonly id: number;
  readonly kind: 'note' | 'problem';
  readonly text: string;
  readonly action: NoticeAction | null;
}

/** How long a notice stays: long enough to read. */
const STAYS = { note: 6000, problem: 12000 };
/** Notices at a time; older ones make room. */
const MOST = 3;

class Notices {
  list = $state.raw<readonly Notice[]>([]);
  #next = 1;
  #held = false;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  note(text: string, action: NoticeAction | null = null): void {
    this.#add('note', text, action);
  }

  /** Shows why something could not be done, in the person's language where the catalogue has words for it. */
  problem(error: unknown): void {
    this.#add('problem', describe(error));
  }

  dismiss(id: number): void {
    this.#keep(this.list.filter((notice) => notice.id !== id));
    if (this.list.length === 0) this.release();
  }

  /** Notices stay: the pointer or the focus is on one. */
  hold(): void {
    this.#held = true;
    this.#timers.forEach((timer) => clearTimeout(timer));
    this.#timers.clear();
  }

  /** They are free to go, after their full time. */
  release(): void {
    this.#held = false;
    this.list.forEach((notice) => this.#wait(notice));
  }

  #add(kind: Notice['kind'], text: string, action: NoticeAction | null = null): void {
    const notice = { id: this.#next++, kind, text, action };
    this.#keep([...this.list.filter((other) => other.text !== text), notice].slice(-MOST));
    if (!this.#held) this.#wait(notice);
  }

  #wait({ id, kind, action }: Notice): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), action ? STAYS.problem : STAYS[kind]),
    );
  }

  #keep(list: readonly Notice[]): void {
    const kept = new Set(list.map(({ id }) => id));
    for (const { id } of this.list) {
      if (kept.has(id)) continue;
      clearTimeout(this.#timers.get(id));
      this.#timers.delete(id);
    }
    this.list = list;
  }
}

export const notices = new Notices();
