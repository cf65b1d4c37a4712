import userEvent from '@testing-library/user-event';
import { expect, onTestFinished, test } from 'vitest';

import { followPointing } from './pointing';

test('rings are for the keys: the mouse puts them away, and the next key brings them back', async () => {
  const user = userEvent.setup();
  const { dataset } = document.documentElement;
  onTestFinished(followPointing());
  expect(dataset['pointing']).toBeUndefined();
  await user.pointer({ keys: '[MouseLeft]', target: document.body });
  expect(dataset['pointing']).toBe('');
  await user.keyboard('{Control}');
  expect(dataset['pointing']).toBe('');
  await user.keyboard('{ArrowRight}');
  expect(dataset['pointing']).toBeUndefined();
});
