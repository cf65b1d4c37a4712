import { screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';

import { faultsOf } from '../../test/axe';
import { madeUpLibrary, show } from '../../test/library';
import { view } from '../state/view.svelte';
import { exampleOf, photoRef } from './query';
import QueryBar from './QueryBar.svelte';
import { trail } from './trail.svelte';

const user = userEvent.setup();

afterEach(() => {
  trail.leave();
  view.closeAll();
});

const chips = () => screen.queryAllByRole('listitem');
const button = (name: string | RegExp) => screen.getByRole('button', { name });

async function bar() {
  return show(QueryBar, await madeUpLibrary());
}

test('without a query it says how to ask, and picks an image', async () => {
  await bar();
  await user.click(button(/Drop, paste or pick/));
  await waitFor(() => expect(button('Like Holiday.jpg')).toBeInTheDocument());
  expect(chips()).toHaveLength(1);
  await user.click(button('Remove Holiday.jpg from the query'));
  expect(button(/Drop, paste or pick/)).toBeInTheDocument();
});

test('chips tell what each image is for', async () => {
  await bar();
  trail.ask([
    exampleOf(photoRef(1)),
    exampleOf(photoRef(2), { x: 0, y: 0, width: 100, height: 100 }),
    exampleOf(photoRef(3), null, true),
  ]);
  await waitFor(() => expect(button(/^Like IMG_00001/)).toBeInTheDocument());
  expect(button(/^Like a part of IMG_00002/)).toBeInTheDocument();
  expect(button(/^Less like IMG_00003/)).toBeInTheDocument();
});

test('a chip opens its image, and its x takes it away', async () => {
  await bar();
  trail.ask([exampleOf(photoRef(1)), exampleOf(photoRef(2))]);
  await waitFor(() => expect(button(/^Like IMG_00001/)).toBeInTheDocument());
  await user.click(button(/^Like IMG_00001/));
  expect(view.overlay).toEqual({ kind: 'photo', image: photoRef(1) });
  await user.click(button(/^Remove IMG_00001/));
  expect(trail.current?.query.examples.map(({ image }) => image)).toEqual([photoRef(2)]);
});

test('a chip switches sides, as long as something is left to look for', async () => {
  await bar();
  trail.ask([exampleOf(photoRef(1)), exampleOf(photoRef(2))]);
  const negative = () => trail.current?.query.examples.map((example) => example.negative);
  await user.click(await screen.findByRole('button', { name: /^Look for less like IMG_00001/ }));
  expect(negative()).toEqual([true, false]);
  expect(button(/^Less like IMG_00001/)).toBeInTheDocument();
  expect(button(/^Look for less like IMG_00002/)).toBeDisabled();
  button(/^Look for more like IMG_00001/).focus();
  await user.keyboard('{Enter}');
  expect(negative()).toEqual([false, false]);
  await user.click(button(/^Remove IMG_00002/));
  expect(screen.queryByRole('button', { name: /^Look for/ })).toBeNull();
});

test('more images join the query', async () => {
  await bar();
  trail.find(photoRef(1));
  await user.click(await screen.findByRole('button', { name: 'More like this too' }));
  await waitFor(() => expect(chips()).toHaveLength(2));
});

test('keys and arrows walk the trail', async () => {
  await bar();
  trail.find(photoRef(1));
  trail.find(photoRef(2));
  const asked = () => trail.current?.query.examples[0]?.image;
  await user.keyboard('{Alt>}{ArrowLeft}{/Alt}');
  expect(asked()).toEqual(photoRef(1));
  await user.click(button('Forward'));
  expect(asked()).toEqual(photoRef(2));
  expect(button('Forward')).toBeDisabled();
  await user.keyboard('{Escape}{Escape}');
  expect(asked()).toBeUndefined();
});

test('it can be used with assistive technology', async () => {
  const { container } = await bar();
  expect(await faultsOf(container)).toEqual([]);
  trail.ask([exampleOf(photoRef(1)), exampleOf(photoRef(3), null, true)]);
  await waitFor(() => expect(button(/^Like IMG_00001/)).toBeInTheDocument());
  expect(await faultsOf(container)).toEqual([]);
});
