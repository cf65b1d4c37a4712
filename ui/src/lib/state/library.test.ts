import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { MemoryBackend } from '../backend/memory';
import { library } from './library.svelte';

let backend: MemoryBackend;
let disconnect: () => void;

beforeEach(async () => {
  vi.useFakeTimers();
  backend = new MemoryBackend({ photos: 200, folders: ['Pictures', 'Scans', 'NAS'] });
  disconnect = await library.connect(backend);
});
afterEach(() => {
  disconnect();
  vi.useRealTimers();
});

const folders = () => library.overview?.folders.map(({ name, photos }) => [name, photos] as const) ?? [];
const settle = () => vi.advanceTimersByTimeAsync(1000);

describe('the library', () => {
  it('knows all photos and folders once connected', () => {
    expect(library.timeline?.count).toBe(200);
    expect(folders().map(([name]) => name)).toEqual(['Pictures', 'Scans', 'NAS']);
  });

  it('shows photos that arrive', async () => {
    backend.add(5);
    await settle();
    expect(library.timeline?.count).toBe(205);
    expect(library.overview?.photos).toBe(205);
  });

  it('narrows down to one folder and goes back to all when that is removed', async () => {
    const [, scans] = folders();
    library.show(2);
    await settle();
    expect(library.timeline?.count).toBe(scans?.[1]);
    await backend.removeFolder(2);
    await settle();
    expect(library.folder).toBeNull();
    expect(library.timeline?.count).toBe(200 - (scans?.[1] ?? 0));
  });

  it('follows the background work', async () => {
    await backend.pause();
    expect(library.activity?.paused).toBe(true);
  });

  it('hears nothing more once disconnected', async () => {
    disconnect();
    backend.add(5);
    await settle();
    expect(library.timeline).toBeNull();
  });
});
