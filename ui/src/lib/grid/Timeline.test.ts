import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { madeUpLibrary } from '../../test/library';
import { photoRef } from '../query/query';
import { library } from '../state/library.svelte';
import { selection } from '../state/selection.svelte';
import { view } from '../state/view.svelte';
import TimelineInBackend from './TimelineInBackend.test.svelte';

const user = userEvent.setup();

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1000);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(800);
});
afterEach(() => {
  view.closeAll();
  selection.clear();
  selection.focused = null;
  vi.restoreAllMocks();
});

async function timeline() {
  const backend = await madeUpLibrary();
  render(TimelineInBackend, { backend });
  return [...(library.timeline?.ids ?? [])];
}

const focused = () => Number(document.activeElement?.getAttribute('aria-posinset'));

test('closing a photo after stepping leads to the one stopped at', async () => {
  const ids = await timeline();
  await user.dblClick(screen.getAllByRole('option')[1] as Element);
  expect(view.overlay).toMatchObject({ kind: 'photo', image: photoRef(ids[1] ?? 0) });
  selection.visit(ids[4] ?? 0);
  view.close();
  await waitFor(() => expect(focused()).toBe(5));
});

test('a box drawn on a photo leads back to the photo, too', async () => {
  const ids = await timeline();
  await user.click(screen.getAllByRole('option')[2] as Element);
  await user.keyboard('b');
  expect(view.overlay).toEqual({ kind: 'photo', image: photoRef(ids[2] ?? 0), crop: true });
  view.close();
  await waitFor(() => expect(focused()).toBe(3));
});

test('back from results, the photo that had the focus has it again', async () => {
  await madeUpLibrary();
  selection.only(library.timeline?.ids[3] ?? 0);
  await timeline();
  await waitFor(() => expect(focused()).toBe(4));
});

test('nothing takes the focus by itself', async () => {
  await timeline();
  expect(document.body).toHaveFocus();
});
