// Looks for faults that keep people from using a view with assistive technology. Colours are another test's:
// there is no layout here.

import axe from 'axe-core';

/** What is wrong, in words; empty when all is well. */
export async function faultsOf(element: Element): Promise<string[]> {
  const { violations } = await axe.run(element, {
    // A view is only a part of the window, which has the landmarks.
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  });
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}
