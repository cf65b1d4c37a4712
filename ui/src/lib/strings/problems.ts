// Words for error codes. Codes that mean the same to a person share their words.

import { BackendError } from '../backend/error';
import type { Failure } from '../backend/types';
import { lookUp, t } from './index.svelte';

/** Code by the key of its words, where they differ. */
const SHARED: Record<string, string> = {
  // What the program itself got wrong.
  build_cancelled: 'internal',
  build_outdated: 'internal',
  crop_out_of_bounds: 'internal',
  day_invalid: 'internal',
  different_sizes: 'internal',
  code_length: 'internal',
  dimension_mismatch: 'internal',
  image_buffer: 'internal',
  index_out_of_bounds: 'internal',
  mixed_types: 'internal',
  non_finite: 'internal',
  region_out_of_bounds: 'internal',
  unsupported_dimension: 'internal',
  weight_invalid: 'internal',
  worker_died: 'internal',
  wrong_pixel_count: 'internal',
  // The catalog cannot be used, whatever was being done with it.
  catalog_migration: 'catalog_query',
  catalog_open: 'catalog_query',
  catalog_salvage: 'catalog_read_only',
  // The index cannot be used; it can be made anew.
  build_threads: 'index_unusable',
  snapshot_damaged: 'index_unusable',
  snapshot_format: 'index_unusable',
  snapshot_io: 'index_unusable',
  snapshot_mismatch: 'index_unusable',
  snapshot_missing: 'index_unusable',
};

/** Reasons for a file's failure that share words. */
const SHARED_REASONS: Record<string, string> = {
  decoder_panicked: 'corrupt',
  resize: 'not_comparable',
  runtime: 'not_comparable',
  zero_norm: 'not_comparable',
  zero_vector: 'not_comparable',
  wrong_pixel_count: 'corrupt',
  encode_failed: 'not_comparable',
};

/** Why something could not be done, to which file, and what can be done. */
export function describe(error: unknown): string {
  if (!(error instanceof BackendError)) return t('problems.internal');
  const { code, details } = error;
  const words = lookUp(`problems.${SHARED[code] ?? code}`) ?? fileProblem(code) ?? error.message;
  const name = details.name ?? details.path;
  return name === undefined ? words : t('problems.about', { name, problem: words });
}

/** Why a file could not be read, and what can be done. */
export function reasonOf({ code, reason }: Pick<Failure, 'code' | 'reason'>): {
  reason: string;
  advice: string;
} {
  const key = SHARED_REASONS[code] ?? code;
  return {
    reason: lookUp(`failures.reasons.${key}`) ?? reason,
    advice: lookUp(`failures.advice.${key}`) ?? '',
  };
}

function fileProblem(code: string): string | undefined {
  const { reason, advice } = reasonOf({ code, reason: '' });
  return reason === '' ? undefined : `${reason} ${advice}`.trim();
}
