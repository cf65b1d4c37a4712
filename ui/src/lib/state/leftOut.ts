// What is said of photos whose paths are not among those that were written for another program.

import type { Written } from '../backend/types';
import { t } from '../strings/index.svelte';

/** Names that are told; more are counted. */
const NAMED = 3;

export function leftOut({ refused, outOfReach }: Written): string[] {
  const said = [];
  if (refused.length > 0) {
    const more = refused.length - NAMED;
    const names = refused.slice(0, NAMED).join(', ');
    said.push(
      t('actions.refused', {
        count: refused.length,
        names: more > 0 ? `${names} ${t('duplicates.more', { count: more })}` : names,
      }),
    );
  }
  if (outOfReach > 0) said.push(t('actions.outOfReach', { count: outOfReach }));
  return said;
}
