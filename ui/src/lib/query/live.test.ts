import { expect, test } from 'vitest';

import { MemoryBackend } from '../backend/memory';
import type { Match, SearchRequest, SearchResults } from '../backend/types';
import { LiveSearch } from './live.svelte';

class Slow extends MemoryBackend {
  readonly asked: number[] = [];
  answer: (id: number) => Promise<void> = () => Promise.resolve();

  override search({ limit }: SearchRequest): Promise<SearchResults> {
    this.asked.push(limit);
    return new Promise((resolve) => {
      this.answer = async (id) => {
        resolve({ matches: [{ id } as Match], milliseconds: 1 });
        await new Promise((done) => setTimeout(done));
      };
    });
  }
}

/** The limit stands in for the box, to tell requests apart. */
const request = (limit: number) => ({ limit }) as SearchRequest;

test('one request is under way at a time, and the latest box is asked next', async () => {
  const backend = new Slow();
  const live = new LiveSearch(backend);
  [1, 2, 3].forEach((box) => live.ask(request(box)));
  expect(backend.asked).toEqual([1]);
  await backend.answer(10);
  expect(live.matches.map(({ id }) => id)).toEqual([10]);
  expect(live.settled).toBe(false);
  expect(backend.asked).toEqual([1, 3]);
  await backend.answer(30);
  expect(live.matches.map(({ id }) => id)).toEqual([30]);
  expect(live.settled).toBe(true);
});

test('an answer about the image before is dropped', async () => {
  const backend = new Slow();
  const live = new LiveSearch(backend);
  live.ask(request(1));
  live.reset();
  live.ask(request(2));
  await backend.answer(10);
  expect(live.matches).toEqual([]);
  expect(backend.asked).toEqual([1, 2]);
});
