// What can be done with photos anywhere in the window, with a word on how it went.

import type { Backend } from './backend/backend';
import type { Written } from './backend/types';
import { duplicates } from './duplicates/duplicates.svelte';
import { exampleOf, MOST_IMAGES, photoRef, sameSubject, type Subject } from './query/query';
import { trail } from './query/trail.svelte';
import { folderTree } from './state/folderTree.svelte';
import { leftOut } from './state/leftOut';
import { library } from './state/library.svelte';
import { notices } from './state/notices.svelte';
import { view } from './state/view.svelte';
import { t } from './strings/index.svelte';

export interface Actions {
  /** Finds look-alikes of one photo, or of what several have in common. */
  find(ids: readonly number[]): void;
  /**
   * Has the query look for more, or less, like these, too; gives back whether it does. Without a query, more like them
   * becomes one.
   */
  join(subjects: readonly Subject[], negative: boolean): boolean;
  /** Opens it in the program that the system has for it. */
  open(id: number): Promise<void>;
  /** Goes to it among the photos of its folder. */
  showInFolder(id: number): Promise<void>;
  /** Shows them in the file manager. */
  reveal(ids: readonly number[]): Promise<void>;
  copyPaths(ids: readonly number[]): Promise<void>;
  /** Copies the paths of the photos of a group of duplicates that could go. */
  copyGoing(version: number, group: number): Promise<void>;
  exportCopies(ids: readonly number[]): Promise<void>;
  /** Puts it beside the query; does nothing without one. */
  compare(id: number): void;
}

/** File managers open a window for each folder. */
const REVEALED = 20;

export function createActions(backend: Backend): Actions {
  return {
    find(ids) {
      const [first] = ids;
      if (first === undefined || tooMany(ids, MOST_IMAGES)) return;
      view.closeAll();
      if (ids.length === 1) trail.find(photoRef(first));
      else trail.ask(ids.map((id) => exampleOf(photoRef(id))));
    },
    join(subjects, negative) {
      const had = trail.current?.query.examples ?? [];
      const fresh = subjects.filter((subject) => !had.some((example) => sameSubject(example, subject)));
      if (had.length + fresh.length > MOST_IMAGES) {
        notices.note(t('query.leftOut', { taken: 0, most: MOST_IMAGES }));
        return false;
      }
      const joined = trail.add(subjects.map(({ image, crop }) => exampleOf(image, crop, negative)));
      if (!joined) notices.note(t('query.lessThanWhat'));
      return joined;
    },
    open: (id) => attempt(() => backend.open(id)),
    showInFolder: (id) =>
      attempt(async () => {
        const photo = await backend.photo(id);
        view.closeAll();
        trail.leave();
        duplicates.shown = false;
        folderTree.openAround(photo);
        library.show(photo.folder, photo.subfolders.at(-1) ?? null);
        library.sought = id;
      }),
    reveal: async (ids) => {
      if (!tooMany(ids, REVEALED)) await attempt(() => backend.reveal([...ids]));
    },
    copyPaths: (ids) =>
      attempt(async () => {
        tellCopied(await backend.copyPaths([...ids]));
      }),
    copyGoing: (version, group) =>
      attempt(async () => {
        tellCopied(await backend.copyGoing(version, group));
      }),
    exportCopies: (ids) =>
      attempt(async () => {
        const count = await backend.exportCopies([...ids]);
        if (count !== null) notices.note(t('actions.exported', { count }));
      }),
    compare(id) {
      const query = trail.current?.query.examples.find(({ negative }) => !negative);
      if (query) view.open({ kind: 'compare', image: query.image, with: photoRef(id) });
    },
  };
}

function tellCopied(written: Written): void {
  notices.note([t('actions.pathsCopied', { count: written.count }), ...leftOut(written)].join('. '));
}

function tooMany(ids: readonly number[], most: number): boolean {
  if (ids.length > most) notices.note(t('actions.tooMany', { most }));
  return ids.length > most;
}

async function attempt(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    notices.problem(error);
  }
}
