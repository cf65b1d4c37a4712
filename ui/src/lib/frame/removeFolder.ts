// Asks before a folder leaves the library.

import type { Backend } from '../backend/backend';
import type { Folder } from '../backend/types';
import { notices } from '../state/notices.svelte';
import { t } from '../strings/index.svelte';
import { confirm } from '../ui/confirm';

export async function removeFolder(backend: Backend, { id, name }: Folder): Promise<void> {
  const agreed = await confirm({
    title: t('settings.folders.removeTitle', { name }),
    text: t('settings.folders.removeText'),
    action: t('settings.folders.remove'),
    danger: true,
  });
  if (!agreed) return;
  try {
    await backend.removeFolder(id);
  } catch (error) {
    notices.problem(error);
  }
}
