// Writes the list of duplicates where the person chooses, with a word on how it went.

import type { Backend } from '../backend/backend';
import { notices } from '../state/notices.svelte';
import { t } from '../strings/index.svelte';
import { leftOut } from '../state/leftOut';
import { duplicates } from './duplicates.svelte';

export async function exportList(backend: Backend): Promise<void> {
  const { list } = duplicates;
  if (!list) return;
  try {
    const written = await backend.exportDuplicates(list.version, duplicates.exported());
    if (written)
      notices.note([t('duplicates.exported', { count: written.count }), ...leftOut(written)].join('. '));
  } catch (error) {
    notices.problem(error);
  }
}
