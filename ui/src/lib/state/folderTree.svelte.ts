// Folders within folders, a level at a time: those that are open, and what lies directly in them. Which of them the grid
// shows is the library's.

import { getContext, setContext } from 'svelte';

import type { Backend } from '../backend/backend';
import type { Photo, Subfolder } from '../backend/types';
import { notices } from './notices.svelte';
import { Refresher } from './refresher';

/** A folder of the library, or with a key one within it. */
export interface FolderRef {
  readonly folder: number;
  readonly key: string | null;
}

export function sameFolder(a: FolderRef, b: FolderRef): boolean {
  return a.folder === b.folder && a.key === b.key;
}

const idOf = ({ folder, key }: FolderRef) => key ?? String(folder);

interface Level {
  readonly of: FolderRef;
  readonly subfolders: readonly Subfolder[];
}

class FolderTree {
  #levels = $state.raw<ReadonlyMap<string, Level>>(new Map());
  #open = $state.raw<ReadonlySet<string>>(new Set());
  #backend: Backend | null = null;
  #again = new Refresher(() => this.#fetchAll());

  /** Follows this backend until the function it gives back is called. */
  async connect(backend: Backend): Promise<() => void> {
    this.#backend = backend;
    const unlisten = await backend.on('changed', ({ photos, folders }) => {
      if (photos || folders) this.#again.request();
    });
    await this.#fetchAll();
    return () => {
      unlisten();
      this.#again.stop();
      this.#backend = null;
      [this.#levels, this.#open] = [new Map(), new Set()];
    };
  }

  /** What lies directly in a folder, as far as it is known. */
  within(folder: FolderRef): readonly Subfolder[] {
    return this.#levels.get(idOf(folder))?.subfolders ?? [];
  }

  /** What a folder within a folder is called, if it was ever on show. */
  nameOf(key: string): string {
    const all = [...this.#levels.values()].flatMap(({ subfolders }) => subfolders);
    return all.find((subfolder) => subfolder.key === key)?.name ?? '';
  }

  isOpen(folder: FolderRef): boolean {
    return this.#open.has(idOf(folder));
  }

  toggle(folder: FolderRef, open = !this.isOpen(folder)): void {
    const id = idOf(folder);
    const others = [...this.#open].filter((other) => other !== id);
    this.#open = new Set(open ? [...others, id] : others);
    if (open && !this.#levels.has(id)) void this.#fetch([folder], true);
  }

  /** Opens what is around a photo's folder. */
  openAround({ folder, subfolders }: Photo): void {
    const around = [null, ...subfolders.map(({ key }) => key)].slice(0, -1);
    for (const key of around) this.toggle({ folder, key }, true);
  }

  /** The folders of the library, and those within them that were opened. */
  async #fetchAll(): Promise<void> {
    try {
      const folders = (await this.#backend?.overview())?.folders ?? [];
      const roots = folders.map(({ id }) => ({ folder: id, key: null }));
      const deeper = [...this.#levels.values()].map(({ of }) => of).filter(({ key }) => key !== null);
      const known = deeper.filter(({ folder }) => folders.some(({ id }) => id === folder));
      await this.#fetch([...roots, ...known], false);
    } catch (problem) {
      notices.problem(problem);
    }
  }

  async #fetch(folders: readonly FolderRef[], besides: boolean): Promise<void> {
    const backend = this.#backend;
    if (!backend) return;
    try {
      const levels = await Promise.all(
        folders.map(async (of) => ({ of, subfolders: await backend.subfolders(of.folder, of.key) })),
      );
      if (backend !== this.#backend) return;
      this.#levels = new Map([
        ...(besides ? this.#levels : []),
        ...levels.map((level) => [idOf(level.of), level] as const),
      ]);
    } catch (problem) {
      notices.problem(problem);
    }
  }
}

/** The sidebar's. */
export const folderTree = new FolderTree();

const KEY = Symbol('folders');

/** Has the components below show another tree, of which other folders are open. */
export function provideFolders(): FolderTree {
  return setContext(KEY, new FolderTree());
}

export function getFolders(): FolderTree {
  return getContext<FolderTree | undefined>(KEY) ?? folderTree;
}
