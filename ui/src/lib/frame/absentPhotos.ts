// Asks whether photos of a folder that are not there were deleted.

import type { Backend } from '../backend/backend';
import type { Folder } from '../backend/types';
import { notices } from '../state/notices.svelte';
import { t } from '../strings/index.svelte';
import { confirm } from '../ui/confirm';

export async function askAboutAbsent(backend: Backend, { id, name, absent }: Folder): Promise<void> {
  const deleted = await confirm({
    title: t('sidebar.absentTitle', { name }),
    text: t('sidebar.absentText', { count: absent }),
    action: t('sidebar.absentDeleted'),
    refusal: t('sidebar.absentKeep'),
    danger: true,
  });
  if (!deleted) return;
  try {
    await backend.confirmRemoved(id);
  } catch (error) {
    notices.problem(error);
  }
}
