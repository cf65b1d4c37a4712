// Asks before something that cannot be taken back.

import { mount, unmount } from 'svelte';

import Confirm from './Confirm.svelte';

export interface Question {
  readonly title: string;
  /** What will happen, and what will not. */
  readonly text: string;
  /** The words on the button, such as "Remove". */
  readonly action: string;
  /** The words on the button that changes nothing, where "Cancel" is no answer. */
  readonly refusal?: string;
  /** Something is lost. */
  readonly danger?: boolean;
}

/** Resolves to whether the person agreed. */
export function confirm(question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const onanswer = (yes: boolean) => {
      void unmount(dialog);
      resolve(yes);
    };
    const dialog = mount(Confirm, { target: document.body, props: { ...question, onanswer } });
  });
}
