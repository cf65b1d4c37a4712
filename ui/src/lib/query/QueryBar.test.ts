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
  expect(view.overlay).toEqual({ kind: 'photo', image: photoRef(1), part: null });
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

const weights = () => trail.current?.query.examples.map(({ weight }) => weight);
const weightOf = (image: string) =>
  screen.findByRole('spinbutton', { name: new RegExp(`^Weight of ${image}`) });

test('the weight of an image is stepped with the keys', async () => {
  await bar();
  trail.ask([exampleOf(photoRef(1)), exampleOf(photoRef(2), null, true)]);
  const weight = await weightOf('IMG_00001');
  expect(weight).toHaveTextContent('×1');
  weight.focus();
  await user.keyboard('{ArrowUp}{ArrowUp}');
  expect(weights()).toEqual([2, 1]);
  expect(weight).toHaveTextContent('×2');
  expect(weight).toHaveAttribute('aria-valuenow', '2');
  expect(weight).toHaveFocus();
  await user.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}');
  expect(weights()).toEqual([0.75, 1]);
  await user.keyboard('{End}{ArrowUp}');
  expect(weights()).toEqual([4, 1]);
  await user.keyboard('{Home}{ArrowDown}');
  expect(weights()).toEqual([0.25, 1]);
  expect(weight).toHaveTextContent('×0.25');
});

test('the weight of an image is stepped with the mouse, and the keys go on from there', async () => {
  await bar();
  trail.ask([exampleOf(photoRef(1)), exampleOf(photoRef(2), null, true)]);
  const weight = await weightOf('IMG_00002');
  const [up, down] = weight.parentElement?.querySelectorAll('button') ?? [];
  if (!up || !down) throw new Error('there is nothing to click on');
  for (let clicks = 0; clicks < 9; clicks += 1) await user.click(up);
  expect(weights()).toEqual([1, 4]);
  expect(up).toBeDisabled();
  await user.click(down);
  expect(weight).toHaveFocus();
  await user.keyboard('{ArrowDown}');
  expect(weights()).toEqual([1, 2]);
});

test('the arrows lead over the weights, too', async () => {
  await bar();
  trail.ask([exampleOf(photoRef(1)), exampleOf(photoRef(2))]);
  const weight = await weightOf('IMG_00001');
  button(/^Like IMG_00001/).focus();
  await user.keyboard('{ArrowRight}');
  expect(weight).toHaveFocus();
  await user.keyboard('{ArrowRight}');
  expect(button(/^Remove IMG_00001/)).toHaveFocus();
});

test('an image that is alone has no weight to set', async () => {
  await bar();
  trail.find(photoRef(1));
  await waitFor(() => expect(button(/^Like IMG_00001/)).toBeInTheDocument());
  expect(screen.queryByRole('spinbutton')).toBeNull();
});

test('an image and a part of it are two chips, and each opens as what it is', async () => {
  await bar();
  const part = { x: 0, y: 0, width: 100, height: 100 };
  trail.ask([exampleOf(photoRef(1)), exampleOf(photoRef(1), part, true)]);
  await user.click(await screen.findByRole('button', { name: /^Less like a part of IMG_00001/ }));
  expect(view.overlay).toEqual({ kind: 'photo', image: photoRef(1), part });
  view.closeAll();
  const remove = screen.getAllByRole('button', { name: /^Remove IMG_00001/ });
  await user.click(remove[1] as HTMLElement);
  expect(trail.current?.query.examples).toEqual([exampleOf(photoRef(1))]);
});

test('more images join the query', async () => {
  await bar();
  trail.find(photoRef(1));
  await user.click(await screen.findByRole('button', { name: 'Add an image…' }));
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
  trail.ask([{ ...exampleOf(photoRef(1)), weight: 2 }, exampleOf(photoRef(3), null, true)]);
  await waitFor(() => expect(button(/^Like IMG_00001/)).toBeInTheDocument());
  expect(await faultsOf(container)).toEqual([]);
});
