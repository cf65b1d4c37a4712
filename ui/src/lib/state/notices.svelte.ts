// Short messages that come and go, read aloud by screen readers.

import { BackendError } from '../backend/error';
import { lookUp, t } from '../strings/index.svelte';

export interface Notice {
  readonly id: number;
  readonly kind: 'note' | 'problem';
  readonly text: string;
}

/** How long a notice stays: long enough to read. */
const STAYS = 6000;

class Notices {
  list = $state<Notice[]>([]);
  #next = 1;

  note(text: string): void {
    this.#add('note', text);
  }

  /** Shows why something could not be done, in the person's language where the catalogue has words for it. */
  problem(error: unknown): void {
    this.#add('problem', describe(error));
  }

  dismiss(id: number): void {
    this.list = this.list.filter((notice) => notice.id !== id);
  }

  #add(kind: Notice['kind'], text: string): void {
    const id = this.#next++;
    this.list = [...this.list.filter((notice) => notice.text !== text), { id, kind, text }];
    setTimeout(() => this.dismiss(id), STAYS);
  }
}

export const notices = new Notices();

/** Words for an error. */
export function describe(error: unknown): string {
  if (error instanceof BackendError) {
    return lookUp(`problems.${error.code}`, error.details) ?? error.message;
  }
  return t('problems.internal');
}
