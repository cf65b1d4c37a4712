import { convertFileSrc, invoke, type InvokeArgs, type InvokeOptions } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';

import type { Backend } from './backend';
import { BackendError } from './error';
import { decodeTimeline } from './timeline';
import type { Problem } from './types';

async function call<Value>(command: string, args?: InvokeArgs, options?: InvokeOptions): Promise<Value> {
  try {
    return await invoke<Value>(command, args, options);
  } catch (problem) {
    throw new BackendError(
      isProblem(problem) ? problem : { code: 'internal', details: {}, message: String(problem) },
    );
  }
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value;
}

/** The real shell. */
export const tauri: Backend = {
  on: (name, listener) => listen(name, (event) => listener(event.payload as never)),

  startup: () => call('startup'),
  openAgain: () => call('open_again'),
  ready: () => call('ready'),

  overview: () => call('overview'),
  subfolders: (folder, within) => call('subfolders', { folder, within }),
  activity: () => call('activity'),
  timeline: async (filter) => decodeTimeline(await call('timeline', { filter })),
  photo: (id) => call('photo', { id }),
  shot: (image) => call('shot', { image }),
  failures: () => call('failures'),
  damaged: () => call('damaged'),
  retryFailures: () => call('retry_failures'),

  search: (request) => call('search', { request }),
  prepare: (image) => call('prepare', { image }),
  things: (image) => call('things', { image }),
  imageSize: (image) => call('image_size', { image }),

  duplicates: () => call('duplicates'),
  duplicateGroups: (version, groups) => call('duplicate_groups', { version, groups }),
  reviewDuplicates: (version, group, keep, verdict) =>
    call('review_duplicates', { version, group, keep, verdict }),
  exportDuplicates: (version, groups) => call('export_duplicates', { version, groups }),
  copyGoing: (version, group) => call('copy_going', { version, group }),

  chooseImages: () => call('choose_images'),
  imageFromBytes: (bytes, name) =>
    call('image_from_bytes', bytes, { headers: { 'x-name': encodeURIComponent(name) } }),
  imagesFromClipboard: () => call('images_from_clipboard'),

  chooseFolders: () => call('choose_folders'),
  removeFolder: (id) => call('remove_folder', { id }),
  confirmRemoved: (id) => call('confirm_removed', { id }),
  revealFolder: (id) => call('reveal_folder', { id }),
  followFolder: (id) => call('follow_folder', { id }),
  lookInsideFolder: (id, on) => call('look_inside_folder', { id, on }),
  exclusions: () => call('exclusions'),
  exclude: (pattern) => call('exclude', { pattern }),
  include: (pattern) => call('include', { pattern }),

  reveal: (photos) => call('reveal', { photos }),
  open: (photo) => call('open', { photo }),
  revealFailure: (key) => call('reveal_failure', { key }),
  copyPaths: (photos) => call('copy_paths', { photos }),
  exportCopies: (photos) => call('export_copies', { photos }),

  pause: () => call('pause'),
  resume: () => call('resume'),

  changeSettings: (settings) => call('change_settings', { settings }),
  models: () => call('models'),
  useModel: (key) => call('use_model', { key }),
  importModel: (normalization) => call('import_model', { normalization }),
  removeModel: (key) => call('remove_model', { key }),
  storage: () => call('storage'),
  revealData: () => call('reveal_data'),
  rebuild: () => call('rebuild'),
  forgetEverything: () => call('forget_everything'),

  thumbnailUrl: (photo, version) => convertFileSrc(`thumb/${photo}/${version}`, 'photo'),
  previewUrl: (photo, version) => convertFileSrc(`preview/${photo}/${version}`, 'photo'),
  fullUrl: (photo, version) => convertFileSrc(`full/${photo}/${version}`, 'photo'),
  foreignUrl: (key, size) => convertFileSrc(`foreign/${key}/${size}`, 'photo'),
};
